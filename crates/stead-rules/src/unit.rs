//! Units of measurement: which are known, how else people write them, and which can be converted exactly.

/// Known units as UCUM writes them, each with the other ways in which records and people write it.
const UNITS: &[(&str, &[&str])] = &[
    ("%", &[]),
    ("mmol/mol", &[]),
    ("mmol/L", &["mmol/l"]),
    ("umol/L", &["umol/l", "µmol/L", "µmol/l", "μmol/L", "μmol/l"]),
    ("mg/dL", &["mg/dl"]),
    ("g/dL", &["g/dl"]),
    ("g/L", &["g/l"]),
    ("mg/g", &[]),
    ("mg/mmol", &[]),
    ("U/L", &["u/L", "u/l", "[iU]/L"]),
    ("10*9/L", &["10*9/l", "10^9/L"]),
    ("mL/min/{1.73_m2}", &["ml/min/{1.73_m2}", "mL/min/1.73m2", "mL/min/{1.73m2}", "mL/min/1.73m^2"]),
    ("mm[Hg]", &["mmHg", "mm Hg"]),
    ("kg/m2", &["kg/m^2", "kg/m²"]),
    ("kg", &[]),
    ("g", &[]),
    ("mg", &[]),
    ("[lb_av]", &["lb"]),
    ("m", &[]),
    ("cm", &[]),
    ("mm", &[]),
    ("/min", &["{beats}/min", "{breaths}/min", "bpm"]),
    ("Cel", &["°C"]),
    ("1", &["", "{score}", "{Score}"]),
];

/// The known units, as UCUM writes them.
pub fn known_units() -> impl Iterator<Item = &'static str> {
    UNITS.iter().map(|(unit, _)| *unit)
}

/// Whether a unit is known, in any way of writing it.
pub fn is_known_unit(unit: &str) -> bool {
    UNITS.iter().any(|(known, others)| *known == unit || others.contains(&unit))
}

/// `value` of unit `from` in unit `to`, for the conversions that places meet; `None` when there is none.
///
/// HbA1c: NGSP % = 0.09148 × IFCC mmol/mol + 2.152 (Hoelzel et al. 2004, Clinical Chemistry 50(1)).
pub fn convert(value: f64, from: &str, to: &str) -> Option<f64> {
    if from == to {
        return Some(value);
    }
    match (plain(from), plain(to)) {
        (from, to) if from == to => Some(value),
        ("%", "mmol/mol") => Some((value - 2.152) / 0.09148),
        ("mmol/mol", "%") => Some(value.mul_add(0.09148, 2.152)),
        ("kg", "g") | ("g", "mg") | ("m", "mm") => Some(value * 1000.0),
        ("g", "kg") | ("mg", "g") | ("mm", "m") => Some(value / 1000.0),
        ("m", "cm") => Some(value * 100.0),
        ("cm", "m") => Some(value / 100.0),
        ("g/dL", "g/L") => Some(value * 10.0),
        ("g/L", "g/dL") => Some(value / 10.0),
        ("[lb_av]", "kg") => Some(value * 0.453_592_37),
        _ => None,
    }
}

/// The usual ways of writing a unit, brought to one.
fn plain(unit: &str) -> &str {
    UNITS.iter().find(|(_, others)| others.contains(&unit)).map_or(unit, |(known, _)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_the_same_however_it_is_written() {
        assert_eq!(convert(5.0, "mmol/l", "mmol/L"), Some(5.0));
        assert_eq!(convert(120.0, "mmHg", "mm[Hg]"), Some(120.0));
        assert_eq!(convert(1.0, "furlong", "furlong"), Some(1.0));
        assert_eq!(convert(1.0, "furlong", "m"), None);
        assert!(is_known_unit("kg/m²") && !is_known_unit("kg/m3"));
    }

    #[test]
    fn no_unit_is_known_twice() {
        let mut all: Vec<&str> = known_units().chain(UNITS.iter().flat_map(|(_, others)| *others).copied()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn what_is_converted_there_and_back_is_the_same() {
        for (from, to) in [("%", "mmol/mol"), ("kg", "g"), ("g", "mg"), ("m", "mm"), ("m", "cm"), ("g/dL", "g/L")] {
            let there = convert(7.5, from, to).unwrap();
            assert!((convert(there, to, from).unwrap() - 7.5).abs() < 1e-9, "{from} {to}");
        }
        assert!((convert(10.0, "lb", "kg").unwrap() - 4.535_923_7).abs() < 1e-9);
    }
}
