"""What DuckDB is asked: membership, needs and circle of a place folder over a lake's Parquet files."""

from folder import ALWAYS, DAYS, FOREVER, quoted, sweep

TABLES = [
    "citizen",
    "residence",
    "registration",
    "marital_status",
    "condition",
    "contact",
    "observation",
    "procedure",
    "medication",
]


def views(files):
    """The lake's tables; `files` gives the files of one."""
    return [f"CREATE VIEW {table} AS SELECT * FROM '{files(table)}';" for table in TABLES]


def records():
    """The records that stand, each with its code as `system|code`; a further code is a row of its own."""
    def of(table, since, until, more, where):
        return f"""
            SELECT citizen, unnest(list_prepend(system || '|' || code, coalesce(other_codes, []))) AS token,
                coalesce({since}, {ALWAYS}) AS since, {until} AS until, {more} FROM {table} WHERE {where}"""

    nothing = "NULL::TIMESTAMPTZ AS \"at\", NULL::DOUBLE AS value, NULL AS unit"
    stands = lambda words: f"(status IS NULL OR status NOT IN ({quoted(words)}))"
    over = """coalesce("to", CASE WHEN status IN ('resolved', 'inactive', 'remission') THEN "from" END, """ + FOREVER + ")"
    parts = [
        of("condition", '"from"', over, nothing, "certainty IS NULL OR certainty = 'confirmed'"),
        of("observation", "day", FOREVER, "\"at\", value, unit",
           f"absent IS NULL AND {stands(['entered-in-error', 'cancelled', 'registered'])}"),
        of("procedure", "day", FOREVER, nothing,
           stands(["entered-in-error", "not-done", "preparation", "on-hold", "stopped"])),
        of("medication", '"from"', f'coalesce("to", {FOREVER})', nothing,
           stands(["entered-in-error", "cancelled", "declined", "draft", "intended", "not-done", "not-taken", "preparation"])),
    ]
    return parts


def prepared(folder, lists):
    """The records on the folder's lists, and contacts in its words."""
    tokens = ", ".join(folder.codes(name) for name in sorted(lists))
    yield f"CREATE TEMP TABLE coded AS SELECT * FROM ({' UNION ALL '.join(records())}) WHERE token IN ({tokens});"
    words = [(row["meaning"], f"{row['system']}|{row['code']}", row["to"]) for row in folder.csv("mappings")]
    rows = ", ".join(str(row) for row in words)
    yield f"CREATE TEMP TABLE words AS SELECT * FROM (VALUES {rows}) AS words(meaning, token, word);"
    keys = [
        (key, row["organisation"])
        for row in folder.csv("organisations")
        for key in {row["organisation"], *row["codes"].split(";")} - {""}
    ]
    yield f"CREATE TEMP TABLE bodies AS SELECT * FROM (VALUES {', '.join(map(str, keys))}) AS bodies(key, id);"
    sole = ", ".join(map(str, folder.sole_professions())) or "(NULL, NULL)"
    yield f"CREATE TEMP TABLE soles AS SELECT * FROM (VALUES {sole}) AS soles(kind, profession);"
    yield """
        CREATE TEMP TABLE seen AS
        SELECT citizen, day, coalesce(own.word, further.word) AS kind,
            coalesce(professions.word, soles.profession) AS profession,
            coalesce(bodies.id, '?' || organisation) AS organisation, professional
        FROM contact
        LEFT JOIN words own ON own.meaning = 'service' AND own.token = contact.system || '|' || contact.code
        LEFT JOIN words further ON further.meaning = 'service' AND further.token = other_codes[1]
        LEFT JOIN words professions
            ON professions.meaning = 'profession' AND professions.token = profession_system || '|' || profession_code
        LEFT JOIN soles ON soles.kind = coalesce(own.word, further.word)
        LEFT JOIN bodies ON bodies.key = organisation
        WHERE status IS NULL OR status NOT IN ('entered-in-error', 'cancelled', 'planned');"""


def memberships(folder, left_out):
    """Who was in which place as one of which group, from when until when; and who was in which group."""
    life = folder.statements.table(
        f'SELECT citizen, coalesce(born, {ALWAYS}) AS "from", coalesce(died, {FOREVER}) AS "to" FROM citizen '
        "WHERE NOT dead OR died IS NOT NULL"
    )
    rows = []
    for name, place in folder.places.items():
        if name not in left_out:
            rows += of_place(folder, name, place, life)
    return f"CREATE TABLE membership AS {' UNION ALL '.join(rows)};"


def of_place(folder, name, place, life):
    """A place's versions, each until the next."""
    versions = [place, *place.get("version", [])]
    spans = {}
    for at, version in enumerate(versions):
        merged = {**place, **version}
        end = str(versions[at + 1]["from"]) if at + 1 < len(versions) else str(merged.get("to", "9999-12-31"))
        period = f"(SELECT citizen, DATE '{merged['from']}' AS \"from\", DATE '{end}' AS \"to\" FROM citizen)"
        parts = [(life, 1), (period, 1)]
        if merged.get("areas"):
            parts.append((folder.days({"lives_in": {"areas": merged["areas"]}}), 1))
        for group in merged.get("serves") or ["everyone"]:
            in_group = [(folder.group(group), 1)] if group != "everyone" else []
            spans.setdefault(group, []).append(folder.statements.table(sweep(parts + in_group, len(parts + in_group))))
    for group, tables in spans.items():
        whole = sweep([(table, 1) for table in tables], 1)
        yield f"SELECT citizen, '{name}' AS place, '{group}' AS \"group\", \"from\", \"to\" FROM ({whole})"


def groups(folder):
    rows = [f"SELECT citizen, '{name}' AS \"group\", \"from\", \"to\" FROM {folder.group(name)}" for name in folder.groups]
    return f"CREATE TABLE group_membership AS {' UNION ALL '.join(rows)};"


def needs(folder, on):
    """Each need of everybody who is in a place and in its group: status, due date and when it was last met."""
    yield f"""
        CREATE TEMP TABLE members AS SELECT DISTINCT citizen FROM membership
        WHERE "from" <= DATE '{on}' AND "to" > DATE '{on}';
        CREATE TEMP TABLE standing AS SELECT citizen, "group", "from" FROM group_membership JOIN members USING (citizen)
        WHERE "from" <= DATE '{on}' AND "to" > DATE '{on}';"""
    parts = [need(folder, name, it, on) for name, it in folder.needs.items()]
    yield f"CREATE TABLE needs AS {' UNION ALL '.join(parts)};"


def need(folder, name, it, on):
    met_by = it["met_by"]
    if met_by.get("codes"):
        codes = ", ".join(folder.codes(each) for each in met_by["codes"])
        met = f"SELECT citizen, max(since) AS met FROM coded WHERE token IN ({codes}) AND since <= DATE '{on}' GROUP BY citizen"
    else:
        who = f" AND profession IN ({quoted(met_by['professions'])})" if met_by.get("professions") else ""
        met = (
            f"SELECT citizen, max(day) AS met FROM seen WHERE kind IN ({quoted(met_by['services'])}){who} "
            f"AND day <= DATE '{on}' GROUP BY citizen"
        )
    excepted = [each["group"] for each in it.get("not_for", [])]
    exception = f"citizen IN (SELECT citizen FROM standing WHERE \"group\" IN ({quoted(excepted)}))" if excepted else "false"
    months, notice = it.get("every_months"), it.get("due_notice_days", 56)
    first = f"""("from" + INTERVAL {it.get('first_within_days', 90)} DAY)::DATE"""
    again = f"(met + INTERVAL {months} MONTH)::DATE" if months else "NULL::DATE"
    status = f"""CASE WHEN {exception} THEN 'not-applicable'
        WHEN met IS NULL AND ("from" = {ALWAYS} OR DATE '{on}' >= {first}) THEN 'never'
        WHEN met IS NULL THEN 'due' WHEN {again} IS NULL THEN 'met'
        WHEN DATE '{on}' >= {again} THEN 'overdue'
        WHEN DATE '{on}' < greatest({again} - {notice}, met + 1) THEN 'met' ELSE 'due' END"""
    due = f"""CASE WHEN {exception} THEN NULL WHEN met IS NULL AND "from" = {ALWAYS} THEN NULL
        WHEN met IS NULL THEN {first} ELSE {again} END"""
    return f"""
        SELECT citizen, '{name}' AS need, {status} AS status, {due} AS due, met AS last_met
        FROM (SELECT * FROM standing WHERE "group" = '{it['group']}') LEFT JOIN ({met}) USING (citizen)"""


def circle(on):
    return f"""
        CREATE TABLE circle AS SELECT citizen, organisation, kind, professional, profession,
            min(day) AS first, max(day) AS last, count(*) AS contacts
        FROM seen JOIN (SELECT citizen FROM citizen WHERE (NOT dead OR died > DATE '{on}')) USING (citizen)
        WHERE organisation IS NOT NULL AND day > (DATE '{on}' - INTERVAL 24 MONTH)::DATE AND day <= DATE '{on}'
        GROUP BY ALL;"""


def lists(folder):
    """Every codelist that a criterion or need names."""
    found = set()

    def walk(it):
        if isinstance(it, dict):
            if "list" in it:
                found.add(it["list"])
            for value in it.values():
                walk(value)
        elif isinstance(it, list):
            for value in it:
                walk(value)

    walk(list(folder.groups.values()))
    for it in folder.needs.values():
        found.update(it["met_by"].get("codes", []))
    return found


def script(folder, files, out, on, left_out):
    """All of it; the answers are written as Parquet into `out`."""
    member = memberships(folder, left_out)
    group = groups(folder)
    steps = [*views(files), *prepared(folder, lists(folder)), *folder.statements.lines, member, group]
    steps += [*needs(folder, on), circle(on)]
    for table in ("membership", "group_membership", "needs", "circle"):
        steps.append(f"COPY {table} TO '{out}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd);")
    return "\n".join(steps)
