//! Times, and how they are printed. Nothing here judges one.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// What a number of decisions took.
pub struct Measured {
    times: Vec<Duration>,
    wall: Duration,
    /// User and system time of the whole process.
    cpu: Duration,
}

/// The head of a table.
pub fn heading(before: &str) {
    println!("| {before}what | decisions a second | a CPU-second | p50 | p99 | p99.9 |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
}

impl Measured {
    /// `times` of what ran since `begun`, when the process had taken `cpu`.
    pub fn new(times: Vec<Duration>, begun: Instant, cpu: Duration) -> Self {
        Self { times, wall: begun.elapsed(), cpu: self::cpu().saturating_sub(cpu) }
    }

    /// A row of the table.
    pub fn print(mut self, name: &str) {
        self.times.sort_unstable();
        let many = self.times.len();
        let at = |thousandths: usize| {
            let time = self.times.get((many * thousandths / 1000).min(many.saturating_sub(1)));
            time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
        };
        let (wall, cpu) = (self.wall.as_secs_f64(), self.cpu.as_secs_f64());
        let (p50, p99, p999) = (at(500), at(990), at(999));
        println!(
            "| {name} | {:.0} | {:.0} | {p50:.1} µs | {p99:.1} µs | {p999:.1} µs |",
            many as f64 / wall,
            many as f64 / cpu
        );
    }
}

/// Each decision's time, one after another.
pub fn timed<T>(of: &[T], decide: impl Fn(&T)) -> Measured {
    timed_mut(of, decide)
}

/// The same, by what changes as it decides.
pub fn timed_mut<T>(of: &[T], mut decide: impl FnMut(&T)) -> Measured {
    let (begun, cpu) = (Instant::now(), cpu());
    Measured::new(each(of, &mut decide), begun, cpu)
}

/// Half of them on each of two threads.
pub fn two<T: Sync>(of: &[T], decide: impl Fn(&T) + Sync) -> Measured {
    let (begun, cpu) = (Instant::now(), cpu());
    let (one, other) = of.split_at(of.len() / 2);
    let times = thread::scope(|scope| {
        let other = scope.spawn(|| each(other, &mut |it| decide(it)));
        let mut times = each(one, &mut |it| decide(it));
        times.extend(other.join().unwrap_or_default());
        times
    });
    Measured::new(times, begun, cpu)
}

fn each<T>(of: &[T], decide: &mut impl FnMut(&T)) -> Vec<Duration> {
    let mut time = |one| {
        let begun = Instant::now();
        decide(one);
        begun.elapsed()
    };
    of.iter().map(&mut time).collect()
}

/// User and system time of this process so far: fields 14 and 15 of its `stat`, in hundredths of a second on Linux.
pub fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = after_name.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
