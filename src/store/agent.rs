//! "Me": the agent who sends a request, as identified by the caller. Specification 3 and 4.

use alloc::string::String;
use alloc::vec::Vec;

use crate::machine::Operations;

/// An agent: the devices in order, and the operations that the agent may perform, by default all.
///
/// ```
/// use im_session::{Agent, Operation, Operations};
///
/// let reader = Agent::new().with_device("/devices/1", "3002").with_rights(Operations::of(&[Operation::Complete]));
/// assert_eq!(reader.devices()[0].dn, "3002");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Agent {
    devices: Vec<Device>,
    rights: Operations,
}

/// One of an agent's devices.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Device {
    /// The name of the device in operations: `/devices/1`.
    pub device_path: String,
    /// The DN of the device.
    pub dn: String,
}

impl Agent {
    /// An agent without devices and with all rights.
    #[must_use]
    pub const fn new() -> Self {
        Agent { devices: Vec::new(), rights: Operations::ALL }
    }

    /// This agent with one more device, after the others.
    #[must_use]
    pub fn with_device(mut self, device_path: impl Into<String>, dn: impl Into<String>) -> Self {
        self.devices.push(Device { device_path: device_path.into(), dn: dn.into() });
        self
    }

    /// This agent with exactly these rights. [Specification 3][3].
    ///
    /// [3]: crate::guide::specification#3-capabilities-d
    #[must_use]
    pub fn with_rights(mut self, rights: Operations) -> Self {
        self.rights = rights;
        self
    }

    /// The devices in order.
    #[must_use]
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// The operations that the agent may perform, whatever the state of a session.
    #[must_use]
    pub fn rights(&self) -> Operations {
        self.rights
    }

    /// The device with this path.
    pub(super) fn device(&self, device_path: &str) -> Option<&Device> {
        self.devices.iter().find(|device| device.device_path == device_path)
    }

    /// The DNs in byte order, each once.
    pub(super) fn sorted_dns(&self) -> Vec<&str> {
        let mut dns: Vec<&str> = self.devices.iter().map(|device| &*device.dn).collect();
        dns.sort_unstable();
        dns.dedup();
        dns
    }
}

impl Default for Agent {
    fn default() -> Self {
        Self::new()
    }
}
