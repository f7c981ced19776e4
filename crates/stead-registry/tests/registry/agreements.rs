//! Signatures, notices, keys and choices, as the domain says them.

use stead_registry::{AsOf, Noted, OrganisationKey, Registry, Statement};
use stead_rules::agreement::{Digest, Signature, Withdrawal};
use stead_rules::choice::{Choice, ChoiceKind};
use stead_rules::{Day, Period};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn signature(organisation: &str, digest: Digest, on: &str) -> Noted<Signature> {
    let said = Signature {
        agreement: "alliance-2026".into(),
        organisation: organisation.into(),
        role: Some("chief-executive".into()),
        digest,
        day: day(on),
    };
    Noted { said, note: "a signed note".into() }
}

async fn sign(registry: &Registry, text: &str, noted: &Noted<Signature>) {
    let digest = noted.said.digest.0;
    registry.keep_document(&digest, text).await.unwrap();
    let (id, valid) = (noted.id(), noted.valid().unwrap());
    let statement = Statement { subject: "alliance-2026", id: &id, what: noted, valid, document: Some(&digest) };
    registry.state(statement).await.unwrap();
}

over_both! {
    async fn signatures_are_found_with_the_text_that_was_signed(town) {
        let registry = town.registry().await;
        let (old, new) = (Digest([1; 32]), Digest([2; 32]));
        let (trust, council) = (signature("harbour-trust", old, "2026-02-01"), signature("council", new, "2026-03-01"));
        sign(&registry, "the old text", &trust).await;
        sign(&registry, "the new text", &council).await;
        let found = registry.stated_about::<Noted<Signature>>("alliance-2026", AsOf::known(day("2026-02-15"))).await.unwrap();
        let [found] = &found[..] else { panic!("{found:?}") };
        assert_eq!(found.recorded.what, trust);
        let text = registry.document(found.document.as_deref().unwrap()).await.unwrap();
        assert_eq!(text.as_deref(), Some("the old text"));
        let all = registry.stated_about::<Noted<Signature>>("alliance-2026", AsOf::known(day("2026-03-01"))).await.unwrap();
        assert_eq!(all.len(), 2);
    }

    async fn a_notice_lies_beside_the_signature_that_it_takes_back(town) {
        let registry = town.registry().await;
        let said = Withdrawal { agreement: "alliance-2026".into(), organisation: "council".into(), day: day("2026-06-01") };
        let noted = Noted { said, note: "a signed note".into() };
        let (id, valid) = (noted.id(), noted.valid().unwrap());
        let statement = Statement { subject: "alliance-2026", id: &id, what: &noted, valid, document: None };
        registry.state(statement).await.unwrap();
        let of = async |on| {
            let found = registry.stated_about::<Noted<Withdrawal>>("alliance-2026", AsOf::known(day(on))).await.unwrap();
            found.into_iter().map(|found| found.recorded.what).collect::<Vec<_>>()
        };
        assert_eq!(of("2026-05-31").await, []);
        assert_eq!(of("2026-06-01").await, [noted]);
    }

    async fn a_lost_key_counts_until_the_day_it_was_lost(town) {
        let registry = town.registry().await;
        let key = OrganisationKey { public: "harbour-trust+c74f20a3+ARpc2QcU".into() };
        let valid = Period::new(day("2026-01-01"), Day::FOREVER).unwrap();
        let statement = Statement { subject: "harbour-trust", id: "c74f20a3", what: &key, valid, document: None };
        registry.state(statement).await.unwrap();
        registry.end::<OrganisationKey>("harbour-trust", "c74f20a3", day("2026-05-01")).await.unwrap();
        let history = registry.history::<OrganisationKey>("harbour-trust").await.unwrap();
        let ends: Vec<Day> = history.iter().map(|found| found.recorded.valid.to).collect();
        assert_eq!(ends, [Day::FOREVER, day("2026-05-01")]);
    }

    /// The days that a choice says itself are those that it is about now.
    async fn a_choice_that_was_withdrawn_says_so_itself(town) {
        let registry = town.registry().await;
        let period = Period::new(day("2026-01-01"), Day::FOREVER).unwrap();
        let choice = Choice {
            id: "pharmacy".into(),
            citizen: "essay-citizen".into(),
            kind: ChoiceKind::Objection,
            organisations: vec!["harbour-pharmacy".into()],
            professions: vec![],
            categories: vec!["mental-health".into()],
            purposes: vec![],
            period,
            source: Some("a letter".into()),
        };
        let statement =
            Statement { subject: "essay-citizen", id: "pharmacy", what: &choice, valid: period, document: None };
        registry.state(statement).await.unwrap();
        registry.end::<Choice>("essay-citizen", "pharmacy", day("2026-04-01")).await.unwrap();
        let found = registry.stated_about::<Choice>("essay-citizen", AsOf::known(day("2026-03-31"))).await.unwrap();
        let until = Period::new(day("2026-01-01"), day("2026-04-01")).unwrap();
        assert_eq!(found[0].recorded.what, Choice { period: until, ..choice });
    }

    /// Whoever keeps what follows from agreements asks for this, and for nothing else.
    async fn it_is_known_when_anything_about_agreements_changed(town) {
        let registry = town.registry().await;
        let changed = async || registry.agreements_changed().await.unwrap();
        let never = changed().await;
        let signed = signature("council", Digest([1; 32]), "2026-02-01");
        sign(&registry, "the text", &signed).await;
        let since = changed().await;
        assert!(since > never);
        sign(&registry, "the text", &signed).await;
        assert_eq!(changed().await, since, "it said nothing new");
        let (key, valid) = (OrganisationKey { public: "council+c74f20a3+ARpc2QcU".into() }, Period::ALL);
        registry.state(Statement { subject: "council", id: "k", what: &key, valid, document: None }).await.unwrap();
        let known = changed().await;
        assert!(known > since);
        registry.retract::<OrganisationKey>("council", "k").await.unwrap();
        let gone = changed().await;
        assert!(gone > known, "a key that never counted is gone without anything in its place");
        let choice = Choice {
            id: "all".into(),
            citizen: "ada".into(),
            kind: ChoiceKind::OptOut,
            organisations: vec![],
            professions: vec![],
            categories: vec![],
            purposes: vec![],
            period: valid,
            source: None,
        };
        registry.state(Statement { subject: "ada", id: "all", what: &choice, valid, document: None }).await.unwrap();
        assert_eq!(changed().await, gone, "what citizens say is asked for at each decision");
    }
}
