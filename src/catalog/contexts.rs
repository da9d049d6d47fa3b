//! `acr` and `amr` values, and the factors that reach them (OIDC Core §2, RFC 8176).

/// `amr`: a password (RFC 8176 §2).
pub const PWD: &str = "pwd";

/// One way of having signed in, by its strength.
#[derive(Debug)]
pub struct Context {
    /// The `acr` value. Never "0", which says that nothing was proved.
    pub acr: &'static str,
    /// The `amr` values that must all have been shown.
    pub needs: &'static [&'static str],
    /// Where its factors are defined.
    pub section: &'static str,
}

/// Every context, the weakest first. A stronger one fulfils the wish for a weaker.
pub const CONTEXTS: &[Context] =
    &[Context { acr: "urn:social-wallet:acr:password", needs: &[PWD], section: "RFC 8176 §2" }];

/// The `acr` that the shown factors reach: the strongest, `None` where they reach none.
pub fn reached_by<'a>(amr: impl IntoIterator<Item = &'a str>) -> Option<&'static str> {
    let shown: Vec<&str> = amr.into_iter().collect();
    let reached = |context: &&Context| context.needs.iter().all(|need| shown.contains(need));
    CONTEXTS.iter().rev().find(reached).map(|context| context.acr)
}

/// Whether `acr` is as strong as `wanted`. What is not in the table is neither strong nor a wish that can be fulfilled.
pub fn reaches(acr: &str, wanted: &str) -> bool {
    let strength = |name: &str| CONTEXTS.iter().position(|context| context.acr == name);
    matches!((strength(acr), strength(wanted)), (Some(has), Some(wants)) if has >= wants)
}

/// The context of that `acr`.
pub fn find(acr: &str) -> Option<&'static Context> {
    CONTEXTS.iter().find(|context| context.acr == acr)
}

/// What to publish as `acr_values_supported`, in the table's order.
pub fn acr_values() -> impl Iterator<Item = &'static str> {
    CONTEXTS.iter().map(|context| context.acr)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        for (at, context) in CONTEXTS.iter().enumerate() {
            assert!(CONTEXTS[..at].iter().all(|other| other.acr != context.acr && other.needs != context.needs));
            assert!(context.acr.starts_with("urn:social-wallet:acr:") && !context.needs.is_empty());
            assert_eq!(reached_by(context.needs.iter().copied()), Some(context.acr));
            assert!(context.section.starts_with("RFC "));
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_no_strength() {
        let password = CONTEXTS[0].acr;
        assert!(reaches(password, password));
        assert!(!reaches(password, "urn:mace:incommon:iap:silver") && !reaches("0", password));
        assert_eq!(reached_by([PWD]), Some(password));
        assert_eq!(reached_by([]), None);
    }
}
