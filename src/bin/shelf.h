/* bin/shelf.h - files that a jailed program still reads by name, though it opens none
 *
 * The libraries that draw a page ask for fonts and maps by path at the moment a page
 * needs them.  The jail has no call that opens a file.  So the program opens those
 * files before, keeps the descriptors, and stands before the C library's open, close,
 * fopen and fstat: after the shelf is shut a name that is on it is answered with the
 * descriptor that was opened then, and any other name does not exist.  The kernel is
 * never asked for a path, and the jail is that of every other worker.
 *
 * In sanitizer builds the same.
 */
#ifndef SEKISHO_BIN_SHELF_H
#define SEKISHO_BIN_SHELF_H

#include <stdbool.h>

/* shelf_keep - open this file and keep it; false if it cannot be read, or the shelf is full */
bool shelf_keep(const char *path);
/* shelf_shut - from now on the shelf is all there is */
void shelf_shut(void);

#endif
