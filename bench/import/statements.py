"""What DuckDB is asked to do: the seven tables from NDJSON, and what of them is compared with Stead's."""

CODING = "STRUCT(system VARCHAR, code VARCHAR, display VARCHAR)[]"
CONCEPT = f"STRUCT(coding {CODING}, text VARCHAR)"
REFERENCE = "STRUCT(reference VARCHAR)"
PERIOD = 'STRUCT("start" VARCHAR, "end" VARCHAR)'
QUANTITY = "STRUCT(value DOUBLE, unit VARCHAR, code VARCHAR)"
MONEY = "STRUCT(value DECIMAL(18, 2), currency VARCHAR)"

# The columns that are read of each type of resource.
TYPES = {
    "Patient": {
        "birthDate": "VARCHAR",
        "gender": "VARCHAR",
        "deceasedDateTime": "VARCHAR",
        "name": "STRUCT(family VARCHAR, given VARCHAR[])[]",
    },
    "Condition": {
        "clinicalStatus": CONCEPT,
        "verificationStatus": CONCEPT,
        "code": CONCEPT,
        "subject": REFERENCE,
        "encounter": REFERENCE,
        "onsetDateTime": "VARCHAR",
        "abatementDateTime": "VARCHAR",
        "recordedDate": "VARCHAR",
    },
    "Encounter": {
        "status": "VARCHAR",
        "class": "STRUCT(code VARCHAR)",
        "type": f"{CONCEPT}[]",
        "serviceType": CONCEPT,
        "subject": REFERENCE,
        "participant": f"STRUCT(individual {REFERENCE})[]",
        "period": PERIOD,
        "location": f"STRUCT(location {REFERENCE})[]",
        "serviceProvider": REFERENCE,
    },
    "Observation": {
        "status": "VARCHAR",
        "code": CONCEPT,
        "subject": REFERENCE,
        "encounter": REFERENCE,
        "effectiveDateTime": "VARCHAR",
        "performer": f"{REFERENCE}[]",
        "valueQuantity": QUANTITY,
        "valueCodeableConcept": CONCEPT,
        "valueString": "VARCHAR",
        "component": f"STRUCT(code {CONCEPT}, valueQuantity {QUANTITY}, valueCodeableConcept {CONCEPT})[]",
    },
    "Procedure": {
        "status": "VARCHAR",
        "code": CONCEPT,
        "subject": REFERENCE,
        "encounter": REFERENCE,
        "performedDateTime": "VARCHAR",
        "performedPeriod": PERIOD,
        "performer": f"STRUCT(actor {REFERENCE})[]",
    },
    "Immunization": {
        "status": "VARCHAR",
        "vaccineCode": CONCEPT,
        "patient": REFERENCE,
        "encounter": REFERENCE,
        "occurrenceDateTime": "VARCHAR",
    },
    "MedicationRequest": {
        "status": "VARCHAR",
        "intent": "VARCHAR",
        "medicationCodeableConcept": CONCEPT,
        "subject": REFERENCE,
        "encounter": REFERENCE,
        "authoredOn": "VARCHAR",
        "requester": REFERENCE,
        "dispenseRequest": f"STRUCT(validityPeriod {PERIOD})",
    },
    "Claim": {
        "status": "VARCHAR",
        "type": CONCEPT,
        "patient": REFERENCE,
        "billablePeriod": PERIOD,
        "created": "VARCHAR",
        "provider": REFERENCE,
        "insurance": "STRUCT(coverage STRUCT(display VARCHAR))[]",
        "item": f"STRUCT(encounter {REFERENCE}[])[]",
        "total": MONEY,
    },
    "ExplanationOfBenefit": {
        "status": "VARCHAR",
        "type": CONCEPT,
        "patient": REFERENCE,
        "billablePeriod": PERIOD,
        "created": "VARCHAR",
        "provider": REFERENCE,
        "insurer": "STRUCT(display VARCHAR)",
        "item": f"STRUCT(encounter {REFERENCE}[])[]",
        "payment": f"STRUCT(amount {MONEY})",
    },
}

SOURCE = "split_part(filename, '/', -2) AS source, id AS resource"


def day(text):
    return f"TRY_CAST(left({text}, 10) AS DATE)"


def moment(text):
    return f"CASE WHEN length({text}) > 10 THEN TRY_CAST({text} AS TIMESTAMPTZ) END"


def coded(concept):
    """The columns of a code."""
    return (
        f"{concept}.coding[1].system AS system, {concept}.coding[1].code AS code, "
        f"coalesce({concept}.coding[1].display, {concept}.text) AS term, "
        f"list_transform({concept}.coding[2:], lambda one: one.system || '|' || one.code) AS other_codes"
    )


def selects():
    """Each table with the types it is made of and what is taken from them."""
    paid = (
        "status, type.coding[1].code AS use, billablePeriod.\"start\" AS begun, "
        "item[1].encounter[1].reference AS contact, provider.reference AS organisation"
    )
    return {
        "citizen": [
            ("Patient", f"id AS citizen, {day('birthDate')} AS born, gender AS sex, {day('deceasedDateTime')} AS died, "
             f"name[1].given AS given, name[1].family AS family, {SOURCE}"),
        ],
        "condition": [
            ("Condition", f"subject.reference AS citizen, {coded('code')}, "
             f"{day('coalesce(onsetDateTime, recordedDate)')} AS \"from\", {day('abatementDateTime')} AS \"to\", "
             "clinicalStatus.coding[1].code AS status, verificationStatus.coding[1].code AS certainty, "
             f"encounter.reference AS contact, {SOURCE}"),
        ],
        "contact": [
            ("Encounter", f"subject.reference AS citizen, {day('period.start')} AS day, {moment('period.start')} AS started, "
             f"{moment('period.end')} AS ended, class.code AS class, status, {coded('type[1]')}, "
             "serviceType.coding[1].code AS service_type, serviceProvider.reference AS organisation, "
             f"location[1].location.reference AS site, participant[1].individual.reference AS professional, {SOURCE}"),
        ],
        "observation": [("Observation", observation())],
        "procedure": [
            ("Procedure", f"subject.reference AS citizen, {coded('code')}, "
             f"{day('coalesce(performedDateTime, performedPeriod.start)')} AS day, status, encounter.reference AS contact, "
             f"performer[1].actor.reference AS professional, {SOURCE}"),
            ("Immunization", f"patient.reference AS citizen, {coded('vaccineCode')}, {day('occurrenceDateTime')} AS day, "
             f"status, encounter.reference AS contact, NULL AS professional, {SOURCE}"),
        ],
        "medication": [
            ("MedicationRequest", f"subject.reference AS citizen, {coded('medicationCodeableConcept')}, "
             f"{day('authoredOn')} AS \"from\", {day('dispenseRequest.validityPeriod.end')} AS last_day, status, intent, "
             f"encounter.reference AS contact, requester.reference AS professional, {SOURCE}"),
        ],
        "cost": [
            ("Claim", f"patient.reference AS citizen, {paid}, 'claim' AS kind, total.value AS amount, "
             f"total.currency AS currency, insurance[1].coverage.display AS payer, {SOURCE}"),
            ("ExplanationOfBenefit", f"patient.reference AS citizen, {paid}, 'benefit' AS kind, "
             f"payment.amount.value AS amount, payment.amount.currency AS currency, insurer.display AS payer, {SOURCE}"),
        ],
    }


def observation():
    """A row for the whole and one for each component."""
    whole = "{'code': code, 'valueQuantity': valueQuantity, 'valueCodeableConcept': valueCodeableConcept}"
    return (
        f"subject.reference AS citizen, unnest(list_prepend({whole}, coalesce(component, []))) AS part, "
        f"{day('effectiveDateTime')} AS day, {moment('effectiveDateTime')} AS \"at\", status, valueString AS text, "
        f"encounter.reference AS contact, performer[1].reference AS organisation, {SOURCE}"
    )


PARTS = (
    "SELECT * EXCLUDE part, part.code.coding[1].system AS system, part.code.coding[1].code AS code, "
    "coalesce(part.code.coding[1].display, part.code.text) AS term, part.valueQuantity.value AS value, "
    "coalesce(part.valueQuantity.code, part.valueQuantity.unit) AS unit, "
    "part.valueCodeableConcept.coding[1].code AS value_code FROM"
)


def tables(town, out, originals):
    """Statements that write the seven tables, and the originals where asked."""
    statements = []
    for table, parts in selects().items():
        there = [one for one in parts if list(town.glob(f"*/{one[0]}.ndjson"))]
        if not there:
            continue
        query = " UNION ALL ".join(f"SELECT {what} FROM {read(town, kind)}" for kind, what in there)
        if table == "observation":
            query = f"{PARTS} ({query})"
        statements.append(copied(query, out, table))
    if originals:
        lines = (
            f"SELECT content AS json FROM read_csv('{town}/*/*.ndjson', columns={{'content': 'VARCHAR'}}, delim='\\x01', "
            "quote='', escape='', header=false, max_line_size=50000000, auto_detect=false)"
        )
        statements.append(copied(lines, out, "resource"))
    return "\n".join(statements)


def read(town, kind):
    columns = ", ".join(f"'{name}': '{shape}'" for name, shape in {"id": "VARCHAR", **TYPES[kind]}.items())
    return (
        f"read_json('{town}/*/{kind}.ndjson', format='newline_delimited', columns={{{columns}}}, filename=true, "
        "maximum_object_size=50000000)"
    )


def copied(query, out, table):
    return f"COPY ({query}) TO '{out}/{table}.parquet' (FORMAT parquet, COMPRESSION zstd);"


def comparison(out):
    """What is compared: a name, the question to Stead, and the same question to DuckDB."""
    def count(day_column, table, more=""):
        total = f"sum({day_column} - DATE '1970-01-01')"
        ours = f'SELECT code, count(*) AS n, sum(CAST({day_column} AS INT)) AS days{more} FROM {table} GROUP BY code'
        theirs = f"SELECT code, count(*) AS n, {total} AS days{more} FROM '{out}/{table}.parquet' GROUP BY code"
        return ours, theirs

    value = ", round(sum(value), 1) AS total"
    return [
        ("records of citizens", "SELECT count(*) FROM link", f"SELECT count(*) FROM '{out}/citizen.parquet'"),
        ("condition by code: rows, days", *count('"from"', "condition")),
        ("contact by code: rows, days", *count("day", "contact")),
        ("observation by code: rows, days, values", *count("day", "observation", value)),
        ("procedure by code: rows, days", *count("day", "procedure")),
        ("medication by code: rows, days", *count('"from"', "medication")),
        (
            "cost by kind: rows, minor units",
            "SELECT kind, count(*), sum(amount_minor) FROM cost GROUP BY kind",
            f"SELECT kind, count(*), CAST(sum(amount * 100) AS BIGINT) FROM '{out}/cost.parquet' "
            "WHERE amount IS NOT NULL GROUP BY kind",
        ),
    ]
