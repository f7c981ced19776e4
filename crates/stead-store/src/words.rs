//! What an object store said, in words that can be shown: one line, and nothing of who asked.

use object_store::Error;

/// The longest part of a store's own words that is shown.
const SHOWN: usize = 300;

/// What went wrong, in words. Servers repeat in their answers who asked and how that was signed; these words do not.
pub fn words(error: &Error) -> String {
    match error {
        Error::NotFound { .. } => "it is not there".to_owned(),
        Error::AlreadyExists { .. } | Error::Precondition { .. } => "somebody else has just written it".to_owned(),
        Error::PermissionDenied { .. } => {
            "the object store does not permit it (credentials that are wrong, or that lack a permission)".to_owned()
        }
        Error::Unauthenticated { .. } => "the object store does not know these credentials".to_owned(),
        other => shortened(&innermost(other)),
    }
}

/// The words of the innermost cause, where the others only say that there is one.
fn innermost(error: &Error) -> String {
    let mut text = error.to_string();
    if let Error::Generic { source, .. } = error {
        text = source.to_string();
        let mut cause = source.source();
        while let Some(inner) = cause {
            let said = inner.to_string();
            if !text.contains(&said) {
                text = format!("{text}: {said}");
            }
            cause = inner.source();
        }
    }
    text
}

/// One line without what a server answered word for word, of which only the code is kept.
fn shortened(text: &str) -> String {
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let begin = text.split_once('<').map_or(text, |(begin, _)| begin);
    let line = begin.lines().next().unwrap_or_default().trim_end_matches([':', ' ']);
    let line: String = line.chars().take(SHOWN).collect();
    match code {
        Some(code) => format!("{line} ({code})"),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_answer_is_not_repeated() {
        let answer =
            "Server returned 500: <?xml?>\n<Error><Code>Odd</Code><AWSAccessKeyId>hidden</AWSAccessKeyId></Error>";
        let error = Error::Generic { store: "S3", source: answer.into() };
        assert_eq!(words(&error), "Server returned 500 (Odd)");
    }

    #[test]
    fn only_the_first_line_is_shown() {
        let error = Error::Generic { store: "S3", source: "cannot connect\nhidden".into() };
        assert_eq!(words(&error), "cannot connect");
    }
}
