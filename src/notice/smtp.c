/* One message over SMTP, by libcurl. */
#include "notice/smtp.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECT_S = 10, ANSWER_S = 30 };

struct smtp {
	char url[300];
	struct curl_slist *resolved; /* "host:port:address" */
};

/* "smtp://host:25" into its parts */
static struct result split(const char *server, char host[256], char port[6], struct why *why)
{
	const char *at = strstr(server, "://");
	const char *colon = at ? strrchr(at + 3, ':') : NULL;
	bool known = strncmp(server, "smtp://", 7) == 0 || strncmp(server, "smtps://", 8) == 0;
	size_t host_len = colon ? (size_t)(colon - at - 3) : 0;
	long number = colon ? strtol(colon + 1, NULL, 10) : 0;
	if (!known || host_len == 0 || host_len > 255 || number < 1 || number > 65535 ||
	    strspn(at + 3, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") != host_len ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return fail(why, E_INPUT, "mail_server", "「%s」は smtp://名前:25 の形ではありません。", server);
	snprintf(host, 256, "%.*s", (int)host_len, at + 3);
	snprintf(port, 6, "%ld", number);
	return ok();
}

static struct result look_up(struct smtp *smtp, const char *host, const char *port, struct why *why)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char address[INET6_ADDRSTRLEN], line[400];
	int code = getaddrinfo(host, port, &hints, &found);
	if (code != 0)
		return fail(why, E_ABSENT, host, "メールサーバの名前がわかりません: %s", gai_strerror(code));
	code = getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof address, NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(found);
	if (code != 0)
		return fail(why, E_ABSENT, host, "メールサーバの番地がわかりません: %s", gai_strerror(code));
	snprintf(line, sizeof line, "%s:%s:%s", host, port, address);
	smtp->resolved = curl_slist_append(NULL, line);
	return smtp->resolved ? ok() : fail(why, E_MEMORY, "", "no memory");
}

struct result smtp_open(const char *server, struct smtp **out, struct why *why)
{
	char host[256], port[6];
	AUTO(smtp_drop) struct smtp *smtp = calloc(1, sizeof *smtp);
	if (!smtp)
		return fail(why, E_MEMORY, "", "no memory");
	TRY(split(server, host, port, why));
	snprintf(smtp->url, sizeof smtp->url, "%s", server);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return fail(why, E_SYSTEM, "libcurl", "libcurl does not start");
	TRY(look_up(smtp, host, port, why));
	*out = smtp;
	smtp = NULL;
	return ok();
}

void smtp_close(struct smtp *smtp)
{
	if (!smtp)
		return;
	curl_slist_free_all(smtp->resolved);
	free(smtp);
}

void smtp_drop(struct smtp **smtp)
{
	smtp_close(*smtp);
}

static size_t give(char *to, size_t size, size_t count, void *context)
{
	struct slice *left = context;
	size_t n = size * count < left->len ? size * count : left->len;
	memcpy(to, left->at, n);
	*left = slice_part(*left, n, left->len);
	return n;
}

static struct result judge(CURL *curl, CURLcode code, const char *text, struct why *why)
{
	long answer = 0;
	if (curl)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
	if (code == CURLE_OK)
		return ok();
	if (answer >= 500 && answer < 600)
		return fail(why, E_DENIED, "mail_server", "メールサーバが断りました（%ld）。", answer);
	return fail(why, E_BUSY, "mail_server", "メールサーバに渡せませんでした: %s", text[0] ? text : curl_easy_strerror(code));
}

struct result smtp_send(struct smtp *smtp, const char *from, const char *to, struct slice message,
                        struct why *why)
{
	char text[CURL_ERROR_SIZE] = "";
	struct curl_slist *to_list = curl_slist_append(NULL, to);
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;
	if (curl && to_list) {
		curl_easy_setopt(curl, CURLOPT_URL, smtp->url);
		curl_easy_setopt(curl, CURLOPT_RESOLVE, smtp->resolved);
		curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_TRY);
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
		curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)ANSWER_S);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, text);
		curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
		curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to_list);
		curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
		curl_easy_setopt(curl, CURLOPT_READDATA, &message);
		curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
		code = curl_easy_perform(curl);
	}
	struct result done = judge(curl, code, text, why);
	curl_slist_free_all(to_list);
	curl_easy_cleanup(curl);
	return done;
}
