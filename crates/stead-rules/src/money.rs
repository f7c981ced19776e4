//! Money and rates: whole pence (or cents), and fractions that are exact.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod allocate;
mod exact;
mod shapley;

pub use allocate::{allocate, round_together};
pub use exact::Exact;
pub use shapley::{PLAYERS_MAX, shapley};

/// An amount in the minor unit of its currency: pence, cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minor(pub i64);

impl Minor {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum, where it fits.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, where it fits.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// The amount that a text says in the currency's own unit: `-1234.50`. `None` where it is no exact amount of it.
    pub fn of_decimal(text: &str, currency: &str) -> Option<Self> {
        let unit = i64::checked_pow(10, minor_digits(currency))?;
        let number = Some(text).filter(|text| !text.contains('/'))?.parse::<Ratio>().ok()?;
        let exact = Exact::from(number).times(Exact::from(unit))?;
        (exact.denominator() == 1).then(|| i64::try_from(exact.numerator()).ok().map(Self)).flatten()
    }

    /// The amount as people write it, in the currency's own unit: `-1234.50`.
    pub fn decimal(self, currency: &str) -> String {
        let digits = minor_digits(currency);
        let (sign, unit) = (if self.0 < 0 { "-" } else { "" }, 10_u64.pow(digits));
        let (whole, part) = (self.0.unsigned_abs() / unit, self.0.unsigned_abs() % unit);
        if digits == 0 {
            return format!("{sign}{whole}");
        }
        format!("{sign}{whole}.{part:0width$}", width = usize::try_from(digits).unwrap_or(0))
    }
}

/// How many digits of a currency (ISO 4217) stand after the point: two, but for a few.
pub fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

/// An exact fraction: `62.5` is 125/2, and a third is `1/3`. Never a float, so that shares add up to the whole.
///
/// INVARIANT: in lowest terms, and the denominator is positive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ratio {
    numerator: i64,
    denominator: i64,
}

/// Why a text is not an exact fraction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an exact number: write it as 62.5 or as \"1/3\"")]
pub struct RatioError {
    /// What was written.
    pub text: String,
}

impl Ratio {
    /// Nothing.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// The whole.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };
    /// A hundred: all of it, where percent are meant.
    pub const HUNDRED: Self = Self { numerator: 100, denominator: 1 };

    /// `numerator / denominator` in lowest terms; `None` for a denominator of nothing, or where it does not fit.
    pub fn new(numerator: i64, denominator: i64) -> Option<Self> {
        let divisor = i64::try_from(divisor(numerator.unsigned_abs(), denominator.unsigned_abs())).ok()?;
        let sign = denominator.signum();
        Some(Self {
            numerator: numerator.checked_div(divisor)?.checked_mul(sign)?,
            denominator: denominator.checked_div(divisor)?.checked_mul(sign)?,
        })
        .filter(|ratio| ratio.denominator > 0)
    }

    /// The upper number.
    pub const fn numerator(self) -> i64 {
        self.numerator
    }

    /// The lower number.
    pub const fn denominator(self) -> i64 {
        self.denominator
    }

    /// The sum, where it fits.
    pub fn plus(self, other: Self) -> Option<Self> {
        let (left, right) = (wide(self.numerator, other.denominator), wide(other.numerator, self.denominator));
        narrow(left.checked_add(right)?, wide(self.denominator, other.denominator))
    }

    /// Digits after the point, and the number scaled by them, where ten such digits or fewer say it exactly.
    fn decimal(self) -> Option<(u32, i128)> {
        (0..=10_u32).find_map(|digits| {
            let scaled = i128::from(self.numerator).checked_mul(10_i128.checked_pow(digits)?)?;
            (scaled % i128::from(self.denominator) == 0).then(|| (digits, scaled / i128::from(self.denominator)))
        })
    }
}

fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

fn wide(a: i64, b: i64) -> i128 {
    i128::from(a) * i128::from(b)
}

fn narrow(numerator: i128, denominator: i128) -> Option<Ratio> {
    let (mut a, mut b) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = i128::try_from(a).ok()?;
    Ratio::new(
        i64::try_from(numerator.checked_div(divisor)?).ok()?,
        i64::try_from(denominator.checked_div(divisor)?).ok()?,
    )
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        wide(self.numerator, other.denominator).cmp(&wide(other.numerator, self.denominator))
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i32> for Ratio {
    fn from(whole: i32) -> Self {
        Self { numerator: i64::from(whole), denominator: 1 }
    }
}

impl FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Self, RatioError> {
        parse(text).ok_or_else(|| RatioError { text: text.to_owned() })
    }
}

fn parse(text: &str) -> Option<Ratio> {
    if let Some((numerator, denominator)) = text.split_once('/') {
        return Ratio::new(whole(numerator.trim())?, whole(denominator.trim())?);
    }
    let text = text.replace('_', "");
    let Some((before, after)) = text.split_once('.') else { return Ratio::new(whole(&text)?, 1) };
    let all_digits = !after.is_empty() && after.bytes().all(|byte| byte.is_ascii_digit());
    let scale = 10_i64.checked_pow(u32::try_from(after.len()).ok()?)?;
    if all_digits { Ratio::new(whole(&format!("{before}{after}"))?, scale) } else { None }
}

fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

impl TryFrom<String> for Ratio {
    type Error = RatioError;

    fn try_from(text: String) -> Result<Self, RatioError> {
        text.parse()
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        ratio.to_string()
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((digits, scaled)) = self.decimal() else {
            return out.pad(&format!("{}/{}", self.numerator, self.denominator));
        };
        if digits == 0 {
            return out.pad(&scaled.to_string());
        }
        let sign = if scaled < 0 { "-" } else { "" };
        let unit = 10_u128.pow(digits);
        let (before, after) = (scaled.unsigned_abs() / unit, scaled.unsigned_abs() % unit);
        out.pad(&format!("{sign}{before}.{after:0width$}", width = usize::try_from(digits).unwrap_or(0)))
    }
}

impl fmt::Debug for Ratio {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    #[test]
    fn a_rate_is_exactly_what_is_written() {
        assert_eq!((ratio("62.5").numerator(), ratio("62.5").denominator()), (125, 2));
        assert_eq!(ratio("0.1").plus(ratio("0.2")), Some(ratio("0.3")));
        assert_eq!(ratio("1/3").plus(ratio("2/3")), Some(Ratio::ONE));
        assert_eq!(ratio("-2.50").to_string(), "-2.5");
        assert_eq!(ratio("-0.5").to_string(), "-0.5");
        assert_eq!(ratio("2/6").to_string(), "1/3");
    }

    #[test]
    fn amounts_are_written_with_the_digits_of_their_currency() {
        assert_eq!(Minor(-123_450).decimal("GBP"), "-1234.50");
        assert_eq!(Minor(-5).decimal("USD"), "-0.05");
        assert_eq!(Minor(1_234).decimal("JPY"), "1234");
        assert_eq!(Minor(1_234).decimal("KWD"), "1.234");
    }

    #[test]
    fn an_amount_reads_back_as_itself() {
        for (amount, currency) in [(-123_450, "GBP"), (5, "USD"), (1_234, "JPY"), (-1, "KWD"), (0, "EUR")] {
            assert_eq!(Minor::of_decimal(&Minor(amount).decimal(currency), currency), Some(Minor(amount)));
        }
        for text in ["12.345", "1,000.00", "GBP 5", ""] {
            assert_eq!(Minor::of_decimal(text, "GBP"), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_exact_number_is_refused() {
        for text in ["", "1e3", "nan", "1/0", "1.", ".", "half", "1.2.3", "--1", "9223372036854775808"] {
            assert!(text.parse::<Ratio>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_rate_reads_back_as_itself(numerator in -1_000_000_i64..1_000_000, denominator in 1_i64..100_000) {
            let ratio = Ratio::new(numerator, denominator).unwrap();
            prop_assert_eq!(ratio.to_string().parse::<Ratio>(), Ok(ratio));
        }

        #[test]
        fn rates_are_ordered_as_numbers(a in -1000_i64..1000, b in 1_i64..1000, c in -1000_i64..1000, d in 1_i64..1000) {
            let (one, other) = (Ratio::new(a, b).unwrap(), Ratio::new(c, d).unwrap());
            prop_assert_eq!(one.cmp(&other), (a * d).cmp(&(c * b)));
        }
    }
}
