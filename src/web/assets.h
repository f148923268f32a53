/* web/assets.h - the files of share/web, inside the program
 *
 * tools/embed.c writes the table at build time, so that a running program
 * needs no file of its own and nobody can change a page under it.          */
#ifndef SEKISHO_WEB_ASSETS_H
#define SEKISHO_WEB_ASSETS_H

#include "base/slice.h"

struct asset {
	const char *name; /* "templates/home.html", "style.css" */
	const uint8_t *at;
	size_t len;
};
extern const struct asset web_assets[];
extern const size_t web_asset_count;

/* asset_named - {NULL,0} if there is none */
struct slice asset_named(const char *name);

#endif
