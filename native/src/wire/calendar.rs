//! Days and microseconds since 1970, as dates and times of the proleptic Gregorian calendar from year 1 to 9999.

const EPOCH_YEAR_ZERO: i64 = 719_468;
const DAYS_PER_ERA: i64 = 146_097;
const FIRST_DAY: i64 = -719_162;
const LAST_DAY: i64 = 2_932_896;
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A year, month and day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: i32,
    /// 1 to 31.
    pub day: i32,
}

/// A time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// 0 to 23.
    pub hour: i32,
    /// 0 to 59.
    pub minute: i32,
    /// 0 to 59.
    pub second: i32,
    /// 0 to 999,999.
    pub micros: i32,
}

impl Date {
    /// The date so many days after 1970-01-01; none beyond the years that Python has.
    #[inline]
    pub fn from_days(days: i64) -> Option<Self> {
        if !(FIRST_DAY..=LAST_DAY).contains(&days) {
            return None;
        }
        // the year begins in March here, so that a leap day is its last one
        let shifted = days + EPOCH_YEAR_ZERO;
        let era = shifted.div_euclid(DAYS_PER_ERA);
        let day_of_era = shifted.rem_euclid(DAYS_PER_ERA);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Some(Self { year: year as i32, month: month as i32, day: day as i32 })
    }

    /// Days since 1970-01-01.
    #[inline]
    pub fn days(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let month_from_march = i64::from(if self.month > 2 { self.month - 3 } else { self.month + 9 });
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_PER_ERA + day_of_era - EPOCH_YEAR_ZERO
    }
}

impl Time {
    /// The time so many microseconds after midnight; none beyond a day.
    #[inline]
    pub fn from_micros(micros: i64) -> Option<Self> {
        if !(0..MICROS_PER_DAY).contains(&micros) {
            return None;
        }
        let seconds = (micros / 1_000_000) as i32;
        Some(Self {
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            micros: (micros % 1_000_000) as i32,
        })
    }

    /// Microseconds since midnight.
    #[inline]
    pub fn to_micros(self) -> i64 {
        let seconds = (self.hour * 60 + self.minute) * 60 + self.second;
        i64::from(seconds) * 1_000_000 + i64::from(self.micros)
    }
}

/// The date and time so many microseconds after 1970-01-01T00:00.
#[inline]
pub fn moment(micros: i64) -> Option<(Date, Time)> {
    let date = Date::from_days(micros.div_euclid(MICROS_PER_DAY))?;
    Some((date, Time::from_micros(micros.rem_euclid(MICROS_PER_DAY))?))
}

/// Microseconds from 1970-01-01T00:00 to a date and time.
#[inline]
pub fn micros(date: Date, time: Time) -> i64 {
    date.days() * MICROS_PER_DAY + time.to_micros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: i32, month: i32, day: i32) -> Date {
        Date { year, month, day }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = date(1, 1, 1);
        if cfg!(miri) {
            return; // it would take an hour
        }
        for days in FIRST_DAY..=LAST_DAY {
            assert_eq!(Date::from_days(days), Some(expected));
            assert_eq!(expected.days(), days);
            expected = next(expected);
        }
        assert_eq!(expected, date(10_000, 1, 1));
    }

    fn next(today: Date) -> Date {
        let leap = today.year % 4 == 0 && (today.year % 100 != 0 || today.year % 400 == 0);
        let february = if leap { 29 } else { 28 };
        let last = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][today.month as usize - 1];
        match today {
            Date { month: 12, day: 31, year } => date(year + 1, 1, 1),
            Date { year, month, day } if day == last => date(year, month + 1, 1),
            Date { year, month, day } => date(year, month, day + 1),
        }
    }

    #[test]
    fn years_beyond_pythons_have_no_date() {
        assert_eq!(Date::from_days(FIRST_DAY - 1), None);
        assert_eq!(Date::from_days(LAST_DAY + 1), None);
        assert_eq!(moment(i64::MIN), None);
        assert_eq!(moment(i64::MAX), None);
    }

    #[test]
    fn moments_before_1970_come_back() {
        for number in [0, -1, -999, -1000, -86_400_000_001, 1_795_257_825_678_901, FIRST_DAY * MICROS_PER_DAY] {
            let (date, time) = moment(number).unwrap();
            assert_eq!(micros(date, time), number);
        }
        assert_eq!(moment(-1), Some((date(1969, 12, 31), Time { hour: 23, minute: 59, second: 59, micros: 999_999 })));
    }

    #[test]
    fn a_day_has_no_other_times() {
        assert_eq!(Time::from_micros(-1), None);
        assert_eq!(Time::from_micros(MICROS_PER_DAY), None);
        assert_eq!(Time::from_micros(MICROS_PER_DAY - 1).map(Time::to_micros), Some(MICROS_PER_DAY - 1));
    }
}
