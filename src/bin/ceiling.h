/* bin/ceiling.h - a worker whose memory is used up ends at once, and says so
 *
 * The jail's limit on the address space makes an allocation fail.  Our own code
 * hands that on as E_MEMORY, but the libraries that read pictures, archives and
 * mail tell it in as many ways as there are libraries: as a damaged file, as a
 * picture that is left out, by a crash.  So the programs of the workers put
 * themselves before the C library's allocator: the first allocation that fails
 * under the limit ends the process with one status.  Nothing has been written
 * by then, for a worker writes its output in one piece when all is done.
 *
 * Not in sanitizer builds, which have an allocator of their own.
 */
#ifndef SEKISHO_BIN_CEILING_H
#define SEKISHO_BIN_CEILING_H

#include "base/slice.h"

/* ceiling_set - from now on; a function of struct worker's row
 * status  what the process ends with
 * fd      where `last` is written before; -1 and an empty slice: nowhere
 * last    copied, at most 1,000 bytes                                        */
void ceiling_set(int status, int fd, struct slice last);

#endif
