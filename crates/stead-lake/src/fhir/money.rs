//! Money in minor units, exact: a decimal as written becomes whole pence or cents.

/// The number of decimals of a currency (ISO 4217): two, but for those listed.
fn decimals(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND" | "VUV"
        | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// The minor units of a JSON number such as `129.16` or `1.2e3`, halves rounded away from zero.
///
/// `None` when it is no number or too large.
pub(crate) fn minor(number: &str, currency: &str) -> Option<i64> {
    let (mantissa, exponent) = match number.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() {
        return None;
    }
    // INVARIANT: the value is `digits` × 10^(-point) major units.
    let keep = i64::from(exponent) + i64::from(decimals(currency)) + i64::try_from(whole.len()).ok()?;
    let mut digits = whole.bytes().chain(fraction.bytes());
    let mut total: i64 = 0;
    for _ in 0..keep.max(0) {
        let digit = digits.next().unwrap_or(b'0');
        total = total.checked_mul(10)?.checked_add(digit_value(digit)?)?;
    }
    let next = if keep < 0 { 0 } else { digits.next().map_or(Some(0), digit_value)? };
    for rest in digits {
        digit_value(rest)?;
    }
    let rounded = if next >= 5 { total.checked_add(1)? } else { total };
    Some(if negative { -rounded } else { rounded })
}

fn digit_value(byte: u8) -> Option<i64> {
    byte.is_ascii_digit().then(|| i64::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_becomes_whole_minor_units() {
        for (number, currency, expected) in [
            ("125", "USD", Some(12_500)),
            ("129.16", "GBP", Some(12_916)),
            ("77.49600000000001", "USD", Some(7_750)),
            ("0.005", "GBP", Some(1)),
            ("0.0049", "GBP", Some(0)),
            ("-2.5", "GBP", Some(-250)),
            ("1.2e3", "GBP", Some(120_000)),
            ("12500e-2", "GBP", Some(12_500)),
            ("12.5", "JPY", Some(13)),
            ("\"12\"", "GBP", None),
            ("99999999999999999999", "GBP", None),
        ] {
            assert_eq!(minor(number, currency), expected, "{number} {currency}");
        }
    }
}
