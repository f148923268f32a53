/* gate/file/opc.h - names, content types and relationships of a package */
#ifndef SEKISHO_GATE_FILE_OPC_H
#define SEKISHO_GATE_FILE_OPC_H

#include "gate/file/ooxml.h"

/* opc_open - zip structure, part names, [Content_Types].xml
 * package  job and arena are set; the rest is written                       */
struct result opc_open(struct package *package, struct slice in, struct why *why) MUST;
/* opc_part - a part by its name, compared as part names are (ASCII case); NULL */
struct part *opc_part(struct package *package, struct slice name);
/* opc_relations - read the relationships of a part once; NULL source: the package's
 * list  out, in the order of the file; no rule is chosen yet               */
struct result opc_relations(struct package *package, const struct part *source,
                            struct relations *list, struct why *why) MUST;
/* opc_relation - the relationship of a decoded id; NULL */
struct relation *opc_relation(const struct relations *list, struct slice id);
/* opc_target - the part that an internal target names from source; NULL     */
struct part *opc_target(struct package *package, const struct part *source, struct slice target);
/* opc_put_relations - the relationships part of what is left of the list; false
 * when nothing is left and there shall be no such part                      */
bool opc_put_relations(const struct part *source, const struct relations *list, struct buffer *out);
/* opc_relations_stay, opc_types_stay - what stood in the input is, word for word,
 * what opc_put_relations or opc_put_types would say: its verified bytes may be copied */
bool opc_relations_stay(const struct part *source, const struct relations *list, struct buffer *scratch);
bool opc_types_stay(const struct package *package);
/* opc_relations_name - "word/_rels/document.xml.rels"; NULL at the ceiling   */
const char *opc_relations_name(struct arena *arena, const char *part_name);
/* opc_put_types - [Content_Types].xml of the parts made                     */
void opc_put_types(const struct package *package, struct buffer *out);
/* opc_text - unpack a part into package->raw, as UTF-8 */
struct result opc_text(struct package *package, const struct zip_entry *entry, struct slice *text,
                       struct why *why) MUST;
const char *opc_place(struct package *package, struct slice name);

#endif
