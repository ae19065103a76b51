//! Connects to Redis: to a single server, or to the nodes of a Redis Cluster.

use std::time::Duration;

use ::redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use ::redis::cluster::ClusterClient;
use ::redis::cluster_async::ClusterConnection;
use ::redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, Pipeline, RedisError,
    RedisFuture, Value,
};

/// The time limit of a command, not counting the time that a read blocks for entries.
pub(super) const COMMAND: Duration = Duration::from_secs(10);
/// How long a read blocks for entries.
pub(super) const BLOCK: Duration = Duration::from_millis(1_000);

/// The scheme of a Redis Cluster's address.
const CLUSTER: &str = "redis+cluster://";

/// The address of Redis.
#[derive(Clone)]
pub(super) enum Server {
    Single(Client),
    /// Some nodes of a Redis Cluster. The client discovers the others from them.
    Cluster(Vec<ConnectionInfo>),
}

impl Server {
    /// Parses an address: `redis://HOST:PORT/DATABASE`, `redis+unix:///PATH`, or `redis+cluster://HOST:PORT,HOST:PORT`.
    /// The user and password before the first host apply to all nodes.
    pub(super) fn at(address: &str) -> Result<Self, RedisError> {
        let Some(rest) = address.strip_prefix(CLUSTER) else { return Client::open(address).map(Server::Single) };
        let (user, nodes) = rest.rsplit_once('@').map_or(("", rest), |(user, nodes)| (user, nodes));
        let separator = if user.is_empty() { "" } else { "@" };
        let nodes = nodes.split(',').map(|node| format!("redis://{user}{separator}{node}").into_connection_info());
        nodes.collect::<Result<_, _>>().map(Server::Cluster)
    }

    /// A connection for all keys, which reconnects automatically. A failed command is not repeated, because an entry
    /// could then be appended twice.
    pub(super) async fn connection(&self, response_timeout: Duration) -> Result<Connection, RedisError> {
        match self {
            Server::Single(client) => {
                let config = ConnectionManagerConfig::new()
                    .set_response_timeout(Some(response_timeout))
                    .set_connection_timeout(Some(COMMAND))
                    .set_max_delay(Duration::from_millis(500));
                client.get_connection_manager_with_config(config).await.map(Connection::Single)
            }
            Server::Cluster(nodes) => {
                let client = ClusterClient::builder(nodes.clone())
                    .retries(0)
                    .response_timeout(response_timeout)
                    .connection_timeout(COMMAND)
                    .build()?;
                client.get_async_connection().await.map(Connection::Cluster)
            }
        }
    }

    /// A separate connection to the server that stores this key, for blocking reads. It fails when that server ends.
    pub(super) async fn own_connection(&self, key: &str) -> Result<MultiplexedConnection, RedisError> {
        match self {
            Server::Single(client) => connect(client).await,
            Server::Cluster(nodes) => {
                let mut last = Err(RedisError::from(std::io::Error::other("expected a node of a Redis Cluster")));
                for node in nodes {
                    last = connect_by(node, key).await;
                    if last.is_ok() {
                        break;
                    }
                }
                last
            }
        }
    }
}

async fn connect(client: &Client) -> Result<MultiplexedConnection, RedisError> {
    let config =
        AsyncConnectionConfig::new().set_connection_timeout(Some(COMMAND)).set_response_timeout(Some(COMMAND + BLOCK));
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// Connects to the node that stores the key. Any other node redirects to it.
async fn connect_by(node: &ConnectionInfo, key: &str) -> Result<MultiplexedConnection, RedisError> {
    let mut connection = connect(&Client::open(node.clone())?).await?;
    let Err(error) = ::redis::cmd("EXISTS").arg(key).exec_async(&mut connection).await else { return Ok(connection) };
    let other = error.redirect_node().and_then(|(address, _)| address.rsplit_once(':'));
    let Some((host, Ok(port))) = other.map(|(host, port)| (host, port.parse())) else { return Err(error) };
    let host = match (host, node.addr()) {
        // A node that does not know its own address returns an empty host, which means the host that was asked.
        ("", ConnectionAddr::Tcp(host, _)) => host,
        (host, _) => host,
    };
    connect(&Client::open(node.clone().set_addr(ConnectionAddr::Tcp(host.to_owned(), port)))?).await
}

/// A connection for all keys.
#[derive(Clone)]
pub(super) enum Connection {
    Single(ConnectionManager),
    Cluster(ClusterConnection),
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Connection::Single(connection) => connection.req_packed_command(cmd),
            Connection::Cluster(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Connection::Single(connection) => connection.req_packed_commands(pipeline, offset, count),
            Connection::Cluster(connection) => connection.req_packed_commands(pipeline, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Connection::Single(connection) => connection.get_db(),
            Connection::Cluster(connection) => connection.get_db(),
        }
    }
}
