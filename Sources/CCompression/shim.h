#include <stdio.h>
#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
