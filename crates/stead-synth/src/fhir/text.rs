//! Text put together byte by byte.

use stead_rules::Day;

/// A growing text of JSON; what goes in is already escaped.
#[derive(Clone, Debug, Default)]
pub struct Text(Vec<u8>);

const PAIRS: &[u8; 200] =
    b"0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/// The civil date of a day as year, month, day, by arithmetic alone.
/// Source: Hinnant, "chrono-compatible low-level date algorithms" (2013).
const fn civil(epoch_days: i32) -> (u32, u32, u32) {
    let shifted = epoch_days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as i32;
    (year as u32, month as u32, day as u32)
}

impl Text {
    /// Adds text as it is.
    pub fn raw(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    /// Adds a whole number.
    pub fn number(&mut self, number: u64) -> &mut Self {
        self.padded(number, 1)
    }

    /// Adds a whole number with zeros before it, up to so many digits.
    pub fn padded(&mut self, number: u64, digits: usize) -> &mut Self {
        let mut written = [b'0'; 20];
        let (mut rest, mut count) = (number, 0);
        for digit in written.iter_mut().rev() {
            if rest == 0 && count >= digits {
                break;
            }
            *digit = b'0' + (rest % 10) as u8;
            rest /= 10;
            count += 1;
        }
        self.0.extend_from_slice(written.get(20 - count..).unwrap_or_default());
        self
    }

    fn pair(&mut self, number: u32) -> &mut Self {
        let at = (number % 100 * 2) as usize;
        self.0.extend_from_slice(PAIRS.get(at..at + 2).unwrap_or(b"00"));
        self
    }

    /// Adds a day as `2026-04-01`.
    pub fn day(&mut self, day: Day) -> &mut Self {
        let (year, month, day) = civil(day.epoch_days());
        self.pair(year / 100).pair(year).raw("-").pair(month).raw("-").pair(day)
    }

    /// Adds a moment as `2026-04-01T09:30:00Z`; minutes beyond midnight run into the next days.
    pub fn moment(&mut self, day: Day, minutes: u32) -> &mut Self {
        let day = day.plus_days((minutes / 1440) as i32);
        self.day(day).raw("T").pair(minutes / 60 % 24).raw(":").pair(minutes % 60).raw(":00Z")
    }

    /// Adds `{"start":"2020-01-01","end":"2026-03-09"}`, without an end where there is none.
    ///
    /// `to` is the first day outside, as everywhere in Stead; FHIR's `end` is the last day inside.
    pub fn period(&mut self, from: Day, to: Option<Day>) -> &mut Self {
        self.raw(r#"{"start":""#).day(from);
        if let Some(to) = to {
            self.raw(r#"","end":""#).day(to.plus_days(-1));
        }
        self.raw(r#""}"#)
    }

    /// Adds a number of tenths as a decimal: 713 as `71.3`, 710 as `71`.
    pub fn tenths(&mut self, tenths: i32) -> &mut Self {
        self.decimal(i64::from(tenths), 1)
    }

    /// Adds a number of hundred-thousandths as a decimal, as in `-3.52714`.
    pub fn degrees(&mut self, hundred_thousandths: i32) -> &mut Self {
        self.decimal(i64::from(hundred_thousandths), 5)
    }

    /// Adds pence as pounds: 1250 as `12.50`.
    pub fn pounds(&mut self, pence: u32) -> &mut Self {
        self.number(u64::from(pence / 100)).raw(".").pair(pence)
    }

    fn decimal(&mut self, scaled: i64, places: u32) -> &mut Self {
        if scaled < 0 {
            self.raw("-");
        }
        let unit = 10_u64.pow(places);
        let size = scaled.unsigned_abs();
        self.number(size / unit);
        if !size.is_multiple_of(unit) {
            self.raw(".").padded(size % unit, places as usize);
        }
        self
    }

    /// The bytes so far.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        // INVARIANT: only whole texts and ASCII letters are ever added.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Empties it and keeps the room.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Text)) -> String {
        let mut text = Text::default();
        write(&mut text);
        String::from_utf8(text.0).unwrap()
    }

    #[test]
    fn days_are_written_as_the_calendar_writes_them() {
        for days in (-40_000..40_000).step_by(7) {
            let day = Day::from_epoch_days(days);
            assert_eq!(text(|text| _ = text.day(day)), day.to_string());
        }
    }

    #[test]
    fn numbers_are_written_plainly() {
        assert_eq!(
            text(|text| _ = text.number(0).raw(" ").padded(123, 6).raw(" ").padded(1_234_567, 6)),
            "0 000123 1234567"
        );
        assert_eq!(
            text(|text| _ = text.tenths(713).raw(" ").tenths(710).raw(" ").degrees(-352_714)),
            "71.3 71 -3.52714"
        );
        assert_eq!(text(|text| _ = text.pounds(1205).raw(" ").degrees(5_000_003)), "12.05 50.00003");
        let leap_day = Day::from_epoch_days(11_016);
        assert_eq!(
            text(|text| _ = text.period(leap_day, Some(leap_day.plus_days(1))).period(leap_day, None)),
            r#"{"start":"2000-02-29","end":"2000-02-29"}{"start":"2000-02-29"}"#
        );
        assert_eq!(text(|text| _ = text.moment(Day::from_epoch_days(0), 1500)), "1970-01-02T01:00:00Z");
    }
}
