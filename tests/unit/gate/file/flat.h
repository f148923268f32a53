/* tests/unit/gate/file/flat.h - a package as one XML text (Flat OPC), made with libzip:
 * no code shared with the gate                                              */
#ifndef SEKISHO_TESTS_UNIT_GATE_FILE_FLAT_H
#define SEKISHO_TESTS_UNIT_GATE_FILE_FLAT_H

#include "base/buffer.h"

#include <stdio.h>
#include <string.h>
#include <zip.h>

/* The value of an attribute behind a mark, up to its quote; "" where there is no mark. */
static inline void flat_value(const char *text, const char *mark, char *out, size_t room)
{
	const char *at = strstr(text, mark);
	at = at ? strstr(at, "ContentType=\"") : NULL;
	size_t len = at ? strcspn(at += strlen("ContentType=\""), "\"") : 0;
	snprintf(out, room, "%.*s", (int)len, at ? at : "");
}

static inline void flat_type(const char *types, const char *name, char *out, size_t room)
{
	char mark[300];
	const char *dot = strrchr(name, '.');
	snprintf(mark, sizeof mark, "PartName=\"/%s\"", name);
	flat_value(types, mark, out, room);
	snprintf(mark, sizeof mark, "Extension=\"%s\"", dot ? dot + 1 : "");
	if (!out[0])
		flat_value(types, mark, out, room);
	if (!out[0])
		snprintf(out, room, "application/octet-stream");
}

static inline void flat_base64(const char *bytes, size_t len, struct buffer *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i < len; i += 3) {
		unsigned n = len - i < 3 ? (unsigned)(len - i) : 3, bits = (unsigned)(uint8_t)bytes[i] << 16;
		bits |= n > 1 ? (unsigned)(uint8_t)bytes[i + 1] << 8 : 0;
		bits |= n > 2 ? (uint8_t)bytes[i + 2] : 0;
		for (unsigned k = 0; k < 4; k++)
			buffer_put_u8(out, k <= n ? (uint8_t)digits[bits >> (18 - 6 * k) & 63] : '=');
		if (i % 57 == 54)
			buffer_put_str(out, "\r\n");
	}
}

static inline void flat_put(const char *types, const char *name, const char *bytes, size_t len, struct buffer *out)
{
	char type[200];
	flat_type(types, name, type, sizeof type);
	buffer_printf(out, "<pkg:part pkg:name=\"/%s\" pkg:contentType=\"%s\">", name, type);
	bool xml = len > 0 && bytes[0] == '<';
	const char *root = xml && strncmp(bytes, "<?xml", 5) == 0 ? strstr(bytes, "?>") + 2 : bytes;
	buffer_put_str(out, xml ? "<pkg:xmlData>" : "<pkg:binaryData>");
	if (xml)
		buffer_put(out, root, len - (size_t)(root - bytes));
	else
		flat_base64(bytes, len, out);
	buffer_put_str(out, xml ? "</pkg:xmlData></pkg:part>" : "</pkg:binaryData></pkg:part>");
}

/* What a member holds, NUL behind it; free() it. */
static inline char *flat_read(zip_t *zip, zip_uint64_t index, size_t *len)
{
	zip_stat_t stat;
	zip_file_t *file = zip_fopen_index(zip, index, 0);
	zip_stat_index(zip, index, 0, &stat);
	char *bytes = calloc(1, stat.size + 1);
	*len = file && bytes && zip_fread(file, bytes, stat.size) == (zip_int64_t)stat.size ? stat.size : 0;
	if (file)
		zip_fclose(file);
	return bytes;
}

static inline bool make_flat(struct slice package, const char *program, struct buffer *out)
{
	zip_error_t error;
	zip_source_t *source = zip_source_buffer_create(package.at, package.len, 0, &error);
	zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
	if (!zip)
		return false;
	size_t len;
	zip_int64_t types_at = zip_name_locate(zip, "[Content_Types].xml", 0);
	char *types = flat_read(zip, (zip_uint64_t)types_at, &len);
	buffer_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<?mso-application progid=\"%s\"?>\r\n"
	              "<pkg:package xmlns:pkg=\"http://schemas.microsoft.com/office/2006/xmlPackage\">", program);
	for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); i++) {
		char *bytes = i == types_at ? NULL : flat_read(zip, (zip_uint64_t)i, &len);
		if (bytes)
			flat_put(types, zip_get_name(zip, (zip_uint64_t)i, 0), bytes, len, out);
		free(bytes);
	}
	buffer_put_str(out, "</pkg:package>");
	free(types);
	zip_discard(zip);
	return buffer_ok(out);
}

#endif
