//! The text forms of specification 6.

use crate::decode::Form;

pub(crate) const FORMS: [Form; 3] = [Form::JsonLines, Form::TServerLog, Form::PlatformSdkLog];
