//! What `verification` is made of (OpenID Identity Assurance Schema Definition 1.0 §5.4): one table for reading a request
//! and for filtering an answer.

/// What a member is.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A value, of which certain values or an age can be demanded.
    Value,
    /// The type of an evidence: always one value is demanded (§5.4).
    EvidenceType,
    Object(&'static [Field]),
    /// Entries with these members; several filters are joined by OR (§5.4).
    List(&'static [Field]),
    /// As a list; whoever asks gets the entries with all of their members (§5.4).
    Whole(&'static [Field]),
}

/// One member.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
    /// Whether whatever has this member must ask for it.
    pub is_asked: bool,
    /// Whether an answer without it is not valid, so that what it is a member of is left out too (§5.7.5).
    pub is_required: bool,
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, is_asked: false, is_required: false }
}

/// What must be asked for, and be in every answer.
const fn both(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, is_asked: true, is_required: true }
}

pub const VERIFICATION: &[Field] = &[
    both("trust_framework", Shape::Value),
    field("assurance_level", Shape::Value),
    field(
        "assurance_process",
        Shape::Object(&[
            field("policy", Shape::Value),
            field("procedure", Shape::Value),
            field(
                "assurance_details",
                Shape::Whole(&[
                    field("assurance_type", Shape::Value),
                    field("assurance_classification", Shape::Value),
                    field(
                        "evidence_ref",
                        Shape::List(&[
                            both("check_id", Shape::Value),
                            field(
                                "evidence_metadata",
                                Shape::Object(&[field("evidence_classification", Shape::Value)]),
                            ),
                        ]),
                    ),
                ]),
            ),
        ]),
    ),
    field("time", Shape::Value),
    field("verification_process", Shape::Value),
    field("evidence", Shape::List(EVIDENCE)),
];

const EVIDENCE: &[Field] = &[
    both("type", Shape::EvidenceType),
    field(
        "check_details",
        Shape::List(&[
            both("check_method", Shape::Value),
            field("organization", Shape::Value),
            field("check_id", Shape::Value),
            field("time", Shape::Value),
        ]),
    ),
    field(
        "document_details",
        Shape::Object(&[
            Field { name: "type", shape: Shape::Value, is_asked: false, is_required: true },
            field("document_number", Shape::Value),
            field("serial_number", Shape::Value),
            field("date_of_issuance", Shape::Value),
            field("date_of_expiry", Shape::Value),
            field(
                "issuer",
                Shape::Object(&[
                    field("name", Shape::Value),
                    field("country_code", Shape::Value),
                    field("jurisdiction", Shape::Value),
                    field("formatted", Shape::Value),
                    field("street_address", Shape::Value),
                    field("locality", Shape::Value),
                    field("region", Shape::Value),
                    field("postal_code", Shape::Value),
                    field("country", Shape::Value),
                ]),
            ),
        ]),
    ),
];

/// The member of that name.
pub fn find(fields: &'static [Field], name: &str) -> Option<&'static Field> {
    fields.iter().find(|field| field.name == name)
}
