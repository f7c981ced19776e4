//! An object store that fails now and then, that loses its answers, or that ends in the midst of a file: an import or a run
//! ends with the same rows or says what is wrong with which file, and nobody ever sees half of it.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use stead_lake::{Lake, LakeError, Url};
use stead_store::object_store::memory::InMemory;
use stead_store::object_store::path::Path;
use stead_store::object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use crate::objects::referenced;
use crate::runs::{head, write};
use crate::testing::{World, content, files_at, of_patient, patient};

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// Nothing.
    None,
    /// It is not carried out.
    Refused,
    /// It is carried out, and its answer is lost.
    Lost,
    /// What is read ends early, as if that were all.
    Short,
}

/// A store in which a given part of all requests goes wrong; which ones follows from the seed.
#[derive(Debug)]
struct Faulty {
    inner: InMemory,
    /// The state of the random numbers, and how many requests in a thousand go wrong.
    state: Mutex<(u64, u64)>,
}

impl Faulty {
    fn new() -> Arc<Self> {
        Arc::new(Self { inner: InMemory::new(), state: Mutex::new((1, 0)) })
    }

    /// From now on so many requests in a thousand go wrong.
    fn fail(&self, seed: u64, in_a_thousand: u64) {
        *self.state.lock().unwrap() = (seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, in_a_thousand);
    }

    fn fault(&self) -> Fault {
        let mut state = self.state.lock().unwrap();
        // Marsaglia's xorshift: any sequence would do, as long as it is the same each time.
        state.0 ^= state.0 << 13;
        state.0 ^= state.0 >> 7;
        state.0 ^= state.0 << 17;
        if (state.0 >> 20) % 1000 >= state.1 {
            return Fault::None;
        }
        [Fault::Refused, Fault::Lost, Fault::Short][(state.0 >> 40) as usize % 3]
    }
}

fn timed_out() -> Error {
    Error::Generic { store: "faulty", source: "operation timed out".into() }
}

impl fmt::Display for Faulty {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("faulty")
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, path: &Path, bytes: PutPayload, options: PutOptions) -> Result<PutResult> {
        match self.fault() {
            Fault::None => self.inner.put_opts(path, bytes, options).await,
            Fault::Refused => Err(timed_out()),
            Fault::Lost | Fault::Short => {
                self.inner.put_opts(path, bytes, options).await?;
                Err(timed_out())
            }
        }
    }

    async fn put_multipart_opts(&self, path: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        if self.fault() == Fault::None { self.inner.put_multipart_opts(path, options).await } else { Err(timed_out()) }
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        let fault = self.fault();
        if matches!(fault, Fault::Refused | Fault::Lost) {
            return Err(timed_out());
        }
        let mut got = self.inner.get_opts(path, options).await?;
        if fault == Fault::Short {
            let (meta, range, attributes) = (got.meta.clone(), got.range.clone(), got.attributes.clone());
            let bytes = got.bytes().await?;
            let half = bytes.slice(..bytes.len() / 2);
            let payload = GetResultPayload::Stream(stream::once(async { Ok(half) }).boxed());
            got = GetResult { payload, meta, range, attributes };
        }
        Ok(got)
    }

    async fn get_ranges(&self, path: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        if self.fault() == Fault::None { self.inner.get_ranges(path, ranges).await } else { Err(timed_out()) }
    }

    fn delete_stream(&self, paths: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        match self.fault() {
            Fault::None => self.inner.delete_stream(paths),
            Fault::Refused => stream::once(async { Err(timed_out()) }).boxed(),
            _ => self.inner.delete_stream(paths).chain(stream::once(async { Err(timed_out()) })).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let found = self.inner.list(prefix);
        match self.fault() {
            Fault::None => found,
            Fault::Refused => stream::once(async { Err(timed_out()) }).boxed(),
            _ => found.take(1).chain(stream::once(async { Err(timed_out()) })).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        if self.fault() == Fault::None { self.inner.list_with_delimiter(prefix).await } else { Err(timed_out()) }
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        match self.fault() {
            Fault::None => self.inner.copy_opts(from, to, options).await,
            Fault::Refused => Err(timed_out()),
            _ => self.inner.copy_opts(from, to, options).await.and(Err(timed_out())),
        }
    }
}

/// A world whose lakes lie in a store that can be made to fail.
fn world(number: u64) -> (World, Arc<Faulty>) {
    let url = Url::parse(&format!("memory://faulty-{number}/lakes")).unwrap();
    let (world, store) = (World::with_lakes(|_| url.as_str().parse().unwrap()), Faulty::new());
    stead_store::register(&url, Arc::<Faulty>::clone(&store));
    let people: String = (0..12).map(|number| patient(&format!("p{number}"), "", "")).collect();
    world.file("a.ndjson", people + &of_patient("Condition", "a", "p1", ""));
    world.file("b.ndjson", of_patient("Condition", "b", "p2", "") + &of_patient("Observation", "c", "p3", ""));
    (world, store)
}

/// Whatever went wrong, it says with which file, and once.
fn tells_where(error: &LakeError) {
    let told = error.to_string();
    assert!(told.starts_with("`memory://faulty-") && !told.contains('\n'), "{told}");
}

#[test]
fn an_import_from_a_store_that_fails_is_whole_or_leaves_the_lake_as_it_was() {
    let (reference, _) = world(10_000);
    reference.import(&["s=a.ndjson"]);
    let before = content(&reference.lake());
    reference.import(&["s=b.ndjson"]);
    let after = content(&reference.lake());

    let mut ended = [0, 0];
    for seed in 0..60 {
        let (world, store) = world(seed);
        world.import(&["s=a.ndjson"]);
        store.fail(seed, [10, 40, 150][seed as usize % 3]);
        let result = world.import_into("lake", &["s=b.ndjson"]);
        store.fail(seed, 0);
        let found = content(&world.lake());
        match &result {
            Ok(_) => assert_eq!(found, after, "seed {seed}"),
            Err(error) => {
                tells_where(error);
                // Whether it became visible may not be known, when the answer to that is lost and nothing can be read.
                assert!(
                    found == before || found == after && error.to_string().contains("/lake.json"),
                    "seed {seed}: {error}"
                );
            }
        }
        ended[usize::from(result.is_ok())] += 1;
        // All is mended by importing again, and what was left over goes with that or the next.
        world.import(&["s=b.ndjson"]);
        assert_eq!(content(&world.lake()), after, "seed {seed}");
        world.import(&["s=b.ndjson"]);
        let files = files_at(&world.at("lake"));
        assert_eq!(files, referenced(&world.at("lake")), "seed {seed}");
    }
    assert!(ended.iter().all(|&count| count > 5), "of failing and of other imports there are enough: {ended:?}");
}

#[test]
fn a_first_import_into_a_store_that_fails_is_whole_or_makes_no_lake() {
    let (reference, _) = world(20_000);
    reference.import(&["s=a.ndjson"]);
    let whole = content(&reference.lake());
    for seed in 200..260 {
        let (world, store) = world(seed);
        store.fail(seed, [10, 40, 150][seed as usize % 3]);
        let result = world.import_into("lake", &["s=a.ndjson"]);
        store.fail(seed, 0);
        match (&result, Lake::open(world.at("lake"))) {
            (Ok(_), Ok(lake)) => assert_eq!(content(&lake), whole, "seed {seed}"),
            (Err(error), Err(LakeError::NotALake { .. })) => tells_where(error),
            (Err(error), Ok(lake)) if error.to_string().contains("/lake.json") => assert_eq!(content(&lake), whole),
            (result, lake) => panic!("seed {seed}: {:?} and then {:?}", result.as_ref().err(), lake.map(drop)),
        }
        world.import(&["s=a.ndjson"]);
        assert_eq!(content(&world.lake()), whole, "seed {seed}");
    }
}

#[test]
fn a_run_over_a_store_that_fails_is_whole_or_not_there() {
    let mut ended = [0, 0];
    for seed in 400..460 {
        let (world, store) = world(seed);
        world.import(&["s=a.ndjson"]);
        let lake = world.lake();
        let mut first = lake.begin_run(head("d")).expect("a run");
        write(&mut first, Some(1), "v1", "first");
        first.publish().expect("published");

        store.fail(seed, [10, 40, 150][seed as usize % 3]);
        let result = lake.begin_run(head("e")).and_then(|mut run| {
            let file = run.url("needs", Some(1))?;
            store.fail(seed, 0);
            crate::testing::write_at(&file, "second");
            store.fail(seed + 1, [10, 40, 150][seed as usize % 3]);
            run.finish(Some(1), "v1", &["needs", "visits"])?;
            run.publish()
        });
        store.fail(seed, 0);
        let latest = lake.latest_run().expect("readable").expect("a run");
        let found = crate::testing::text_at(&latest.files("needs", 1)[0]);
        match &result {
            Ok(_) => assert_eq!(found, "second", "seed {seed}"),
            Err(error) => {
                tells_where(error);
                let unknown = error.to_string().contains("/runs.json");
                assert!(found == "first" || found == "second" && unknown, "seed {seed}: {error}");
            }
        }
        ended[usize::from(result.is_ok())] += 1;
        let mut third = lake.begin_run(head("f")).expect("a run");
        write(&mut third, Some(1), "v1", "third");
        assert_eq!(third.publish().expect("published").head(), &head("f"));
    }
    assert!(ended.iter().all(|&count| count > 5), "of failing and of other runs there are enough: {ended:?}");
}
