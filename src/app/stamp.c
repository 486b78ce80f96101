/* SPDX-License-Identifier: Apache-2.0 */
/* Asks a time stamp authority by HTTP (RFC 3161 3.4). */
#include "app/signing.h"

int app_stamp(const void *arg, struct slice signature, struct buf *out, struct err *err)
{
	const struct stamp_service *s = arg;
	auto_net struct net_client *client = NULL;
	auto_response struct net_response r;
	auto_buf struct buf request;
	static const struct slice headers[] = {
	    SLICE_INIT("Content-Type: application/timestamp-query"),
	    SLICE_INIT("Accept: application/timestamp-reply")};
	net_response_init(&r);
	buf_init(&request, 64 * KIB);
	TRY(sign_stamp_request(signature, &request, err));
	TRY(net_open(&s->net, &client, err));
	struct net_request rq = {.method = "POST",
				 .url = s->url,
				 .headers = headers,
				 .nheaders = ARRAY_LEN(headers),
				 .body = buf_slice(&request),
				 .max_body = MIB};
	if (net_send(client, &rq, &r, err) < 0)
		return err_wrap(err, "time stamp of %s", s->url);
	if (r.status != 200)
		return err_set(err, ERR_NETWORK, -EPROTO, "time stamp of %s: HTTP status %d",
			       s->url, r.status);
	if (sign_stamp_token(buf_slice(&r.body), buf_slice(&request), signature, s->root, out,
			     err) < 0)
		return err_wrap(err, "time stamp of %s", s->url);
	return 0;
}
