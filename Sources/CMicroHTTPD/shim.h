#pragma once
#include <microhttpd.h>

/// What C calls of ours, and with what.
struct mhd_callbacks {
    MHD_AccessHandlerCallback handle;
    MHD_RequestCompletedCallback completed;
    size_t (*unescape)(void *context, struct MHD_Connection *connection, char *text);
    void *context;
};

/// `MHD_start_daemon` without its variadic tail, which Swift cannot call: one thread that waits with epoll.
/// `socket` listens already and is nonblocking; MHD closes it in `MHD_stop_daemon`.
/// No error log is set: libmicrohttpd would write it to stderr.
static inline struct MHD_Daemon *mhd_start(
    int socket, unsigned int connections, size_t connection_bytes, unsigned int idle_seconds,
    struct mhd_callbacks callbacks)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        callbacks.handle, callbacks.context,
        MHD_OPTION_LISTEN_SOCKET, (MHD_socket)socket,
        MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_bytes,
        MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
        MHD_OPTION_NOTIFY_COMPLETED, callbacks.completed, callbacks.context,
        MHD_OPTION_UNESCAPE_CALLBACK, callbacks.unescape, callbacks.context,
        MHD_OPTION_END);
}

/// The address of the client, or NULL; valid as long as the connection.
static inline const struct sockaddr *mhd_client_address(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}

/// How many clients are connected.
static inline unsigned int mhd_connections(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);
    return info ? info->num_connections : 0;
}
