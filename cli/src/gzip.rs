//! Reads gzip data: one or several members, and the zeros that tapes and disks append.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// Reads all members as one.
pub(crate) struct Gunzip<R> {
    /// The member that is being read; none after the last one.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Gunzip<R> {
    pub(crate) fn new(input: R) -> Self {
        Gunzip { member: Some(GzDecoder::new(input)) }
    }
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(member) = &mut self.member else { return Ok(0) };
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut input) = self.member.take().map(GzDecoder::into_inner) else { return Ok(0) };
            if is_at_a_member(&mut input)? {
                self.member = Some(GzDecoder::new(input));
            }
        }
    }
}

/// Skips zeros. False at the end of the input.
fn is_at_a_member(input: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        match bytes.get(zeros) {
            Some(0x1f) => {
                input.consume(zeros);
                return Ok(true);
            }
            Some(_) => {
                let reason = "expected the end of the compressed data, found other bytes behind it";
                return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
            }
            None if zeros == 0 => return Ok(false),
            None => input.consume(zeros),
        }
    }
}
