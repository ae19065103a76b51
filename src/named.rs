//! Enums whose values have names on the wire: the list of values, the names and the parsing come from one definition.

use core::fmt;

/// Defines an enum without fields together with `ALL`, `name`, `Display` and `FromStr`, so that a new variant cannot be
/// missing in one of them.
macro_rules! named {
    (
        $(#[$meta:meta])*
        pub enum $Type:ident {
            $($(#[$variant_meta:meta])* $Variant:ident = $name:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $Type {
            $($(#[$variant_meta])* $Variant),+
        }

        impl $Type {
            /// All values in definition order.
            pub const ALL: [$Type; [$($name),+].len()] = [$($Type::$Variant),+];

            /// The name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $($Type::$Variant => $name),+
                }
            }
        }

        impl $crate::named::Named for $Type {
            const NAMES: &'static [&'static str] = &[$($name),+];

            #[cfg(feature = "json")]
            fn quoted(self) -> &'static str {
                match self {
                    $($Type::$Variant => concat!("\"", $name, "\"")),+
                }
            }
        }

        impl core::fmt::Display for $Type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }

        impl core::str::FromStr for $Type {
            type Err = $crate::UnknownName;

            fn from_str(text: &str) -> Result<Self, $crate::UnknownName> {
                match text {
                    $($name => Ok($Type::$Variant),)+
                    _ => Err($crate::UnknownName { expected: <$Type as $crate::named::Named>::NAMES }),
                }
            }
        }
    };
}

/// Defines a set of the values of an enum, one bit each.
macro_rules! set_of {
    (
        $(#[$meta:meta])*
        pub struct $Set:ident of $Item:ident;
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $Set(u8);

        // Every value has its own bit.
        const _: () = assert!($Item::ALL.len() <= u8::BITS as usize);

        impl $Set {
            /// The empty set.
            pub const NONE: $Set = $Set(0);
            /// The set of all values.
            pub const ALL: $Set = $Set::of(&$Item::ALL);

            /// The set of these values.
            #[must_use]
            pub const fn of(values: &[$Item]) -> Self {
                let mut set = $Set::NONE;
                let mut rest = values;
                while let [first, tail @ ..] = rest {
                    set = set.with(*first);
                    rest = tail;
                }
                set
            }

            /// This set and `value`.
            #[must_use]
            pub const fn with(self, value: $Item) -> Self {
                $Set(self.0 | 1 << value as u8)
            }

            /// This set without `value`.
            #[must_use]
            pub const fn without(self, value: $Item) -> Self {
                $Set(self.0 & !(1 << value as u8))
            }

            /// The values that are in both sets.
            #[must_use]
            pub const fn intersection(self, other: Self) -> Self {
                $Set(self.0 & other.0)
            }

            /// Whether `value` is in the set.
            #[must_use]
            pub const fn contains(self, value: $Item) -> bool {
                self.0 & 1 << value as u8 != 0
            }

            /// The number of values in the set.
            #[must_use]
            pub const fn len(self) -> usize {
                self.0.count_ones() as usize
            }

            /// Whether the set is empty.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// The values in definition order.
            pub fn iter(self) -> impl Iterator<Item = $Item> {
                $Item::ALL.into_iter().filter(move |&value| self.contains(value))
            }
        }

        impl core::fmt::Debug for $Set {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_set().entries(self.iter()).finish()
            }
        }

        impl FromIterator<$Item> for $Set {
            fn from_iter<I: IntoIterator<Item = $Item>>(values: I) -> Self {
                values.into_iter().fold($Set::NONE, $Set::with)
            }
        }
    };
}

pub(crate) use {named, set_of};

/// The crate-internal items of an enum with names.
pub(crate) trait Named {
    const NAMES: &'static [&'static str];

    /// The name as a JSON string. No name has a character to escape.
    #[cfg(feature = "json")]
    fn quoted(self) -> &'static str;
}

/// A text that is not one of the type's names. The message lists the names.
///
/// ```
/// use im_session::State;
///
/// let error = "Ringing".parse::<State>().unwrap_err();
/// assert_eq!(error.to_string(), "expected one of Initiating, Alerting, Talking, Completed");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", Listed(.expected))]
pub struct UnknownName {
    /// The names that the type has.
    pub expected: &'static [&'static str],
}

/// Names separated by commas.
pub(crate) struct Listed<'a>(pub(crate) &'a [&'a str]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, name) in self.0.iter().enumerate() {
            f.write_str(if position > 0 { ", " } else { "" })?;
            f.write_str(name)?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
pub(crate) mod wire {
    //! Names as serde strings.

    use core::fmt;
    use core::marker::PhantomData;
    use core::str::FromStr;

    use serde::de::{Error, Unexpected, Visitor};

    use super::{Listed, Named};

    /// Reads a name. Surrounding white space is ignored, because published samples have some.
    pub(crate) struct NameVisitor<T>(pub(crate) PhantomData<T>);

    impl<T: FromStr + Named> Visitor<'_> for NameVisitor<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "one of {}", Listed(T::NAMES))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.trim().parse().map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
        }
    }

    /// Writes and reads types by name.
    macro_rules! serde_by_name {
        ($($Type:ty),+ $(,)?) => {$(
            impl serde::Serialize for $Type {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.name())
                }
            }

            impl<'de> serde::Deserialize<'de> for $Type {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_str($crate::named::wire::NameVisitor(core::marker::PhantomData))
                }
            }
        )+};
    }

    pub(crate) use serde_by_name;
}
