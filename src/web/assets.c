#include "web/assets.h"

struct slice asset_named(const char *name)
{
	for (size_t i = 0; i < web_asset_count; i++)
		if (strcmp(web_assets[i].name, name) == 0)
			return slice_of(web_assets[i].at, web_assets[i].len);
	return (struct slice){NULL, 0};
}
