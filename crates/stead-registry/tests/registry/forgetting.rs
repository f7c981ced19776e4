//! Forgetting somebody: without their secret nobody knows which entries of the log are theirs.

use std::fs;

use crate::testing::{Over, tell};

over_both! {
    async fn a_citizen_who_is_forgotten_has_no_secret_any_more(town) {
        let registry = town.registry().await;
        registry.citizen_secret("ada", b"first").await.unwrap();
        registry.citizen_secret("bea", b"hers").await.unwrap();
        assert!(registry.forget_citizen("ada").await.unwrap());
        assert!(!registry.forget_citizen("ada").await.unwrap(), "there is nothing to forget twice");
        assert_eq!(registry.citizen_secret_known("ada").await.unwrap(), None);
        assert_eq!(registry.citizen_secret_known("bea").await.unwrap(), Some(b"hers".to_vec()));
    }

    /// Two that ask for a new citizen's secret at once get the same one.
    async fn there_is_one_secret_whoever_asks_first(town) {
        let registry = town.registry().await;
        let asking: Vec<_> = (0..16u8).map(|by| tokio::spawn({
            let registry = registry.clone();
            async move { registry.citizen_secret("ada", &[by; 32]).await.unwrap() }
        })).collect();
        let mut secrets = Vec::new();
        for asked in asking {
            secrets.push(asked.await.unwrap());
        }
        secrets.dedup();
        assert_eq!(secrets.len(), 1);
    }
}

#[test]
fn nothing_is_left_of_a_secret_in_the_file_or_beside_it() {
    tell(Over::Sqlite, async |town| {
        let registry = town.registry().await;
        let secret = b"a-secret-that-is-to-be-forgotten";
        registry.citizen_secret("ada", secret).await.unwrap();
        let found = || {
            let files = fs::read_dir(town.folder.path()).unwrap();
            files
                .filter(|file| {
                    let bytes = fs::read(file.as_ref().unwrap().path()).unwrap();
                    bytes.windows(secret.len()).any(|window| window == secret)
                })
                .count()
        };
        assert!(found() > 0, "it is kept");
        registry.forget_citizen("ada").await.unwrap();
        assert_eq!(found(), 0, "and then it is not");
    });
}
