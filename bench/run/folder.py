"""A place folder as SQL for DuckDB: its criteria, places, needs and words, by hand and with the same rules as Stead's.

Days on which something holds are rows (citizen, from, to), `to` being the first day outside; `ALWAYS` and `FOREVER` stand
for no beginning and no end. Criteria are put together by one sweep over where parts begin and end.
"""

import csv
import tomllib

ALWAYS = "DATE '0001-01-01'"
FOREVER = "DATE '9999-12-31'"
DAYS = 'coalesce("from", ' + ALWAYS + ') AS "from", coalesce("to", ' + FOREVER + ') AS "to"'


class Statements:
    """Tables that are made one after the other, each criterion once."""

    def __init__(self):
        self.lines = []
        self.known = {}

    def table(self, query, name=None):
        """The name of a table that holds the answer of a query; the same query is asked once."""
        if query not in self.known:
            self.known[query] = name or f"t{len(self.known)}"
            self.lines.append(f"CREATE TEMP TABLE {self.known[query]} AS {query};")
        return self.known[query]


def sweep(parts, threshold):
    """Days on which the weights of `parts`, (query, weight), sum up to at least `threshold`."""
    edges = " UNION ALL ".join(
        f'SELECT citizen, "from" AS day, {weight} AS weight FROM {part} '
        f'UNION ALL SELECT citizen, "to", {-weight} FROM {part}'
        for part, weight in parts
    )
    return f"""
        SELECT citizen, day AS "from", until AS "to" FROM (
            SELECT citizen, day, inside, lead(day) OVER (PARTITION BY citizen ORDER BY day) AS until FROM (
                SELECT citizen, day, inside, lag(inside, 1, false) OVER (PARTITION BY citizen ORDER BY day) AS before
                FROM (SELECT citizen, day, sum(sum(weight)) OVER (PARTITION BY citizen ORDER BY day) >= {threshold} AS inside
                    FROM ({edges}) GROUP BY citizen, day)
            ) WHERE inside <> before
        ) WHERE inside AND day < {FOREVER}"""


class Folder:
    """What is read of a place folder."""

    def __init__(self, path):
        self.path = path
        self.groups = self.toml("groups")
        self.needs = self.toml("needs")
        self.places = {"harbour": tomllib.loads((path / "place.toml").read_text()), **self.toml("places")}
        self.areas = {row["area"]: row for row in self.csv("areas")}
        self.statements = Statements()
        self.group_tables = {}

    def toml(self, folder):
        files = sorted((self.path / folder).glob("*.toml"))
        return {file.stem: tomllib.loads(file.read_text()) for file in files}

    def csv(self, name):
        text = (self.path / f"{name}.csv").read_text().splitlines()
        return list(csv.DictReader(line for line in text if not line.startswith("#")))

    def codes(self, name):
        """A codelist, as a list of `system|code`."""
        return ", ".join(f"'{row['system']}|{row['code']}'" for row in self.csv(f"codelists/{name}"))

    def sole_professions(self):
        """Kinds of service in which only one profession works, with that."""
        of_kind = {}
        for row in self.csv("services"):
            of_kind.setdefault(row["kind"], set()).add(row["professions"])
        single = {kind: next(iter(found)) for kind, found in of_kind.items() if len(found) == 1}
        return [(kind, only) for kind, only in single.items() if only and ";" not in only]

    def group(self, name):
        """The table of a group."""
        if name not in self.group_tables:
            self.group_tables[name] = self.all_of(self.parts(self.groups[name]))
        return self.group_tables[name]

    def parts(self, group):
        """A group's criteria: all of `all`, and any of `any`."""
        parts = list(group.get("all", []))
        return parts + ([{"any": group["any"]}] if "any" in group else [])

    def all_of(self, parts):
        """All of them; what must not hold weighs so much that nothing makes up for it."""
        wanted = [part for part in parts if "not" not in part]
        tables = [(self.days(part), 1) for part in wanted] or [(self.everybody(), 1)]
        if len(tables) == len(parts) == 1:
            return tables[0][0]
        against = [(self.days(part["not"]), -1000) for part in parts if "not" in part]
        return self.statements.table(sweep(tables + against, len(tables)))

    def everybody(self):
        return self.statements.table(f'SELECT citizen, {ALWAYS} AS "from", {FOREVER} AS "to" FROM citizen')

    def days(self, part):
        """The table of days on which a criterion holds."""
        (kind, what), = part.items()
        if kind == "in_group":
            return self.group(what["group"])
        if kind == "all":
            return self.all_of(what)
        if kind == "any":
            return self.at_least(what, 1)
        if kind == "at_least_of":
            return self.at_least(what["parts"], what["count"])
        leaf = getattr(self, kind)(what)
        return self.statements.table(leaf)

    def at_least(self, parts, count):
        return self.statements.table(sweep([(self.days(part), 1) for part in parts], count))

    def age(self, it):
        birthday = lambda years, other: f"(born + INTERVAL {it[years]} YEAR)::DATE" if years in it else other
        return (
            f'SELECT citizen, {birthday("from_years", "born")} AS "from", {birthday("to_years", FOREVER)} AS "to" '
            "FROM citizen WHERE born IS NOT NULL"
        )

    def sex(self, it):
        words = ", ".join(f"'{word}'" for word in it["any_of"])
        return f'SELECT citizen, {ALWAYS} AS "from", {FOREVER} AS "to" FROM citizen WHERE sex IN ({words})'

    def died(self, it):
        months = it.get("in_last_months")
        to = f"(died + INTERVAL {months} MONTH)::DATE" if months else FOREVER
        return f'SELECT citizen, died AS "from", {to} AS "to" FROM citizen WHERE died IS NOT NULL'

    def marital_status(self, it):
        words = ", ".join(f"'{word}'" for word in it["any_of"])
        months = it.get("changed_in_last_months")
        if not months:
            return sweep([(f"(SELECT citizen, {DAYS} FROM marital_status WHERE status IN ({words}))", 1)], 1)
        to = f'least(("from" + INTERVAL {months} MONTH)::DATE, coalesce("to", {FOREVER}))'
        rows = f'SELECT citizen, "from", {to} AS "to" FROM marital_status WHERE "from" IS NOT NULL AND status IN ({words})'
        return sweep([(f"({rows})", 1)], 1)

    def registered_with(self, it):
        """With an organisation or any that is part of it."""
        where = "true"
        if it:
            below = {it.get("organisation"), *it.get("organisations", [])}
            rows = self.csv("organisations")
            for _ in rows:
                below |= {row["organisation"] for row in rows if row["part_of"] in below}
            keys = {key for row in rows if row["organisation"] in below for key in [row["organisation"], *row["codes"].split(";")]}
            where = f"organisation IN ({quoted(keys)})"
        return sweep([(f'(SELECT citizen, {DAYS} FROM registration WHERE {where} AND {before(DAYS_IN)})', 1)], 1)

    def lives_in(self, it):
        """By small area, town or the beginning of the postcode; drawn areas cannot be asked about here."""
        tests = []
        for area in (self.areas[name] for name in it["areas"]):
            if area["small_areas"]:
                tests.append(f"small_area IN ({quoted(area['small_areas'].split(';'))})")
            if area["towns"]:
                tests.append(f"lower(town) IN ({quoted(name.lower() for name in area['towns'].split(';'))})")
        rows = f"SELECT citizen, {DAYS} FROM residence WHERE ({' OR '.join(tests)}) AND {before(DAYS_IN)}"
        return sweep([(f"({rows})", 1)], 1)

    def contact(self, it):
        tests = [f"{column} IN ({quoted(it[words])})" for column, words in (("kind", "services"), ("profession", "professions")) if words in it]
        to = window("day", it.get("when"))
        rows = f'SELECT citizen, day AS "from", {to} AS "to" FROM seen WHERE {" AND ".join(tests)}'
        return sweep([(f"({rows})", 1)], it.get("at_least", 1))

    def code(self, it):
        when, codes = it.get("when", "ever"), self.codes(it["list"])
        rows = f"SELECT * FROM coded WHERE token IN ({codes})"
        if when == "latest":
            return latest(rows, passes(it.get("value")))
        to = '"until"' if when == "active" else window("since", when)
        known = f"since > {ALWAYS}" if isinstance(when, dict) else "true"
        rows = f'SELECT citizen, since AS "from", {to} AS "to" FROM ({rows}) WHERE {known} AND {passes(it.get("value"))}'
        return sweep([(f'(SELECT * FROM ({rows}) WHERE "from" < "to")', 1)], it.get("at_least", 1))


DAYS_IN = ('coalesce("from", ' + ALWAYS + ")", 'coalesce("to", ' + FOREVER + ")")


def before(days):
    return f"{days[0]} < {days[1]}"


def quoted(words):
    return ", ".join(f"'{word}'" for word in sorted(words))


def window(day, when):
    """Until when a record of a day counts."""
    if isinstance(when, dict):
        return f"({day} + INTERVAL {when['last_months']} MONTH)::DATE"
    return FOREVER


def passes(value):
    """Whether a record's number compares as asked; HbA1c in per cent is converted (IFCC–NGSP master equation)."""
    if not value:
        return "true"
    unit = value["unit"]
    number = "value"
    units = [unit]
    if unit == "mmol/mol":
        number = "CASE WHEN unit = '%' THEN (value - 2.152) / 0.09148 ELSE value END"
        units.append("%")
    tests = [f"({number}) {sign} {value[word]}" for word, sign in (("above", ">"), ("at_least", ">="), ("below", "<"), ("at_most", "<=")) if word in value]
    return f"(unit IN ({quoted(units)}) AND {' AND '.join(tests)})"


def latest(rows, test):
    """Each record counts until the next; of several at one moment, one that passes wins."""
    order = f"ORDER BY since, \"at\" NULLS FIRST, coalesce({test}, false)"
    return f"""
        SELECT citizen, min("from") AS "from", max("to") AS "to" FROM (
            SELECT *, sum(gap) OVER (PARTITION BY citizen ORDER BY "from") AS run FROM (
                SELECT citizen, since AS "from", until AS "to",
                    CASE WHEN lag(until) OVER (PARTITION BY citizen ORDER BY since) = since THEN 0 ELSE 1 END AS gap
                FROM (SELECT citizen, since, coalesce({test}, false) AS passes,
                        lead(since, 1, {FOREVER}) OVER (PARTITION BY citizen {order}) AS until FROM ({rows}))
                WHERE passes AND since < until)
        ) GROUP BY citizen, run"""
