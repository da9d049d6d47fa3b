//! How the house's own types become columns: identifiers and enums as TEXT, times as BIGINT, digests as BLOB.

use std::fmt::Debug;
use std::io::Write;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use diesel::sqlite::Sqlite;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::id::{ClientId, Id, Kind};
use crate::base::{Digest, Time};
use crate::oauth::{Binding, Scope};

/// The expressions and the row reading of one type: what diesel's derives would write, were base allowed to know diesel.
macro_rules! column {
    ([$($g:ident: $bound:path),*] $ty:ty, $sql:ty) => {
        impl<$($g: $bound),*> AsExpression<$sql> for $ty {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'expr, $($g: $bound),*> AsExpression<$sql> for &'expr $ty {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<$($g: $bound),*> AsExpression<Nullable<$sql>> for $ty {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<'expr, $($g: $bound),*> AsExpression<Nullable<$sql>> for &'expr $ty {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression {
                Bound::new(self)
            }
        }
        impl<DB: Backend, $($g: $bound),*> ToSql<Nullable<$sql>, DB> for $ty
        where
            Self: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                <Self as ToSql<$sql, DB>>::to_sql(self, out)
            }
        }
        impl<DB: Backend, $($g: $bound),*> Queryable<$sql, DB> for $ty
        where
            Self: FromSql<$sql, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }
    };
}

/// A text column made with `Display` and read with `FromStr`.
macro_rules! display_column {
    ([$($g:ident: $bound:path),*] $ty:ty) => {
        column!([$($g: $bound),*] $ty, Text);
        impl<$($g: $bound),*> ToSql<Text, Pg> for $ty where Self: Debug {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                write!(out, "{self}")?;
                Ok(IsNull::No)
            }
        }
        impl<$($g: $bound),*> ToSql<Text, Sqlite> for $ty where Self: Debug {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                out.set_value(self.to_string());
                Ok(IsNull::No)
            }
        }
    };
}

display_column!([K: Kind] Id<K>);

impl<K: Kind, DB: Backend> FromSql<Text, DB> for Id<K>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(String::from_sql(bytes)?.parse()?)
    }
}

display_column!([] ClientId);

impl<DB: Backend> FromSql<Text, DB> for ClientId
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(String::from_sql(bytes)?.into())
    }
}

display_column!([] Binding);

impl<DB: Backend> FromSql<Text, DB> for Binding
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(bytes)?.parse().map_err(|()| "unknown binding".into())
    }
}

display_column!([] Scope);

impl<DB: Backend> FromSql<Text, DB> for Scope
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Scope::read(&String::from_sql(bytes)?)?)
    }
}

column!([] Time, BigInt);

impl ToSql<BigInt, Pg> for Time {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&self.as_micros().to_be_bytes())?;
        Ok(IsNull::No)
    }
}
impl ToSql<BigInt, Sqlite> for Time {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.as_micros());
        Ok(IsNull::No)
    }
}
impl<DB: Backend> FromSql<BigInt, DB> for Time
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Time::from_micros(i64::from_sql(bytes)?))
    }
}

column!([] Digest, Binary);

impl ToSql<Binary, Pg> for Digest {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.as_bytes())?;
        Ok(IsNull::No)
    }
}
impl ToSql<Binary, Sqlite> for Digest {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(&self.as_bytes()[..]);
        Ok(IsNull::No)
    }
}
impl<DB: Backend> FromSql<Binary, DB> for Digest
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes: [u8; 32] = Vec::<u8>::from_sql(bytes)?.try_into().map_err(|_| "a digest has 32 bytes")?;
        Ok(Digest::from_bytes(bytes))
    }
}

/// A JSON document in a TEXT column: only for data that no query filters on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

/// What a JSON column may hold.
pub trait Document: Serialize + DeserializeOwned + Debug {}
impl<T: Serialize + DeserializeOwned + Debug> Document for T {}

column!([T: Document] Json<T>, Text);

impl<T: Document> ToSql<Text, Pg> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        serde_json::to_writer(out, &self.0)?;
        Ok(IsNull::No)
    }
}
impl<T: Document> ToSql<Text, Sqlite> for Json<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(serde_json::to_string(&self.0)?);
        Ok(IsNull::No)
    }
}
impl<T: Document, DB: Backend> FromSql<Text, DB> for Json<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Json(serde_json::from_str(&String::from_sql(bytes)?)?))
    }
}

/// Makes an enum with `as_str(self) -> &'static str` and `FromStr` a TEXT column.
macro_rules! text_column {
    ($($ty:ty),+ $(,)?) => {
        $($crate::store::database::text_column!(@one $ty);)+
    };
    (@one $ty:ty) => {
        const _: () = {
            use diesel::sql_types::{Nullable, Text};
            use diesel::internal::derives::as_expression::Bound;
            impl diesel::expression::AsExpression<Text> for $ty {
                type Expression = Bound<Text, &'static str>;
                fn as_expression(self) -> Self::Expression { Bound::new(self.as_str()) }
            }
            impl diesel::expression::AsExpression<Text> for &$ty {
                type Expression = Bound<Text, &'static str>;
                fn as_expression(self) -> Self::Expression { Bound::new(self.as_str()) }
            }
            impl diesel::expression::AsExpression<Nullable<Text>> for $ty {
                type Expression = Bound<Nullable<Text>, &'static str>;
                fn as_expression(self) -> Self::Expression { Bound::new(self.as_str()) }
            }
            impl diesel::expression::AsExpression<Nullable<Text>> for &$ty {
                type Expression = Bound<Nullable<Text>, &'static str>;
                fn as_expression(self) -> Self::Expression { Bound::new(self.as_str()) }
            }
            // For columns that may be empty.
            impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<Text, DB> for $ty
            where
                str: diesel::serialize::ToSql<Text, DB>,
            {
                fn to_sql<'b>(
                    &'b self,
                    out: &mut diesel::serialize::Output<'b, '_, DB>,
                ) -> diesel::serialize::Result {
                    <str as diesel::serialize::ToSql<Text, DB>>::to_sql(self.as_str(), out)
                }
            }
            impl<DB: diesel::backend::Backend> diesel::deserialize::FromSql<Text, DB> for $ty
            where
                String: diesel::deserialize::FromSql<Text, DB>,
            {
                fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                    let text = <String as diesel::deserialize::FromSql<Text, DB>>::from_sql(bytes)?;
                    text.parse().map_err(|_| concat!("unknown ", stringify!($ty)).into())
                }
            }
            impl<DB: diesel::backend::Backend> diesel::deserialize::Queryable<Text, DB> for $ty
            where
                Self: diesel::deserialize::FromSql<Text, DB>,
            {
                type Row = Self;
                fn build(row: Self) -> diesel::deserialize::Result<Self> { Ok(row) }
            }
        };
    };
}
pub(crate) use text_column;
