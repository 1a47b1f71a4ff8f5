#pragma once
#include <curl/curl.h>

/// What a request says; NULL for what it does not.
struct curl_request {
    const char *url;
    /// `http` or `https`: no redirect leads elsewhere.
    const char *scheme;
    const char *accept;
    const char *agent;
    const char *username;
    const char *password;
    const char *bearer_token;
    const char *ca_file;
    const char *certificate_file;
    const char *key_file;
    long verifies;
    long redirects;
    long connect_milliseconds;
    long milliseconds;
    /// Both get the handle's own context; what they return ends a transfer as libcurl says.
    curl_write_callback take_body;
    curl_write_callback take_header;
    curl_xferinfo_callback go_on;
    void *context;
    /// CURL_ERROR_SIZE bytes.
    char *message;
};

struct curl_result {
    CURLcode code;
    long status;
    long system_error;
};

/// `curl_easy_setopt` and `curl_easy_getinfo` are variadic, and Swift cannot call them.
///
/// No proxy is taken from the environment, and no password from ~/.netrc; a resolver that hangs is left to itself.
static inline struct curl_result curl_get(const struct curl_request *request)
{
    struct curl_result result = {CURLE_OUT_OF_MEMORY, 0, 0};
    CURL *handle = curl_easy_init();
    struct curl_slist *headers = curl_slist_append(NULL, request->accept);
    if (!handle || !headers)
        goto end;
#define SET(option, value) \
    if ((result.code = curl_easy_setopt(handle, option, value)) != CURLE_OK) \
        goto end
    SET(CURLOPT_ERRORBUFFER, request->message);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, request->scheme);
    SET(CURLOPT_URL, request->url);
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_USERAGENT, request->agent);
    SET(CURLOPT_FOLLOWLOCATION, request->redirects > 0 ? 1L : 0L);
    SET(CURLOPT_MAXREDIRS, request->redirects);
    SET(CURLOPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
    SET(CURLOPT_TIMEOUT_MS, request->milliseconds);
    SET(CURLOPT_SSL_VERIFYPEER, request->verifies);
    SET(CURLOPT_SSL_VERIFYHOST, request->verifies ? 2L : 0L);
    if (request->ca_file)
        SET(CURLOPT_CAINFO, request->ca_file);
    if (request->certificate_file)
        SET(CURLOPT_SSLCERT, request->certificate_file);
    if (request->key_file)
        SET(CURLOPT_SSLKEY, request->key_file);
    if (request->username) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(CURLOPT_USERNAME, request->username);
        SET(CURLOPT_PASSWORD, request->password);
    }
    if (request->bearer_token) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BEARER);
        SET(CURLOPT_XOAUTH2_BEARER, request->bearer_token);
    }
    SET(CURLOPT_WRITEFUNCTION, request->take_body);
    SET(CURLOPT_WRITEDATA, request->context);
    SET(CURLOPT_HEADERFUNCTION, request->take_header);
    SET(CURLOPT_HEADERDATA, request->context);
    SET(CURLOPT_XFERINFOFUNCTION, request->go_on);
    SET(CURLOPT_XFERINFODATA, request->context);
    SET(CURLOPT_NOPROGRESS, 0L);
#undef SET
    result.code = curl_easy_perform(handle);
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &result.status);
    curl_easy_getinfo(handle, CURLINFO_OS_ERRNO, &result.system_error);
end:
    curl_slist_free_all(headers);
    curl_easy_cleanup(handle);
    return result;
}
