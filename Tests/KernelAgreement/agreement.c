// kernel-agreement sets                 the instruction sets of this machine, which LADLE_SIMD can name
// kernel-agreement record SET FILE      runs every kernel, which must be computed with SET, and writes the results
// kernel-agreement compare FILE FILE…   compares the results of the first file with those of each other

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agreement.h"
#include "ladle_cpu.h"

enum { name_length = 48, most_results = 2000, most_files = 8 };

// What a file holds: results, and `confirm`s, of which only the largest difference is kept.
typedef struct {
  char family[name_length], part[name_length];
  double bound, confirmed;  // confirmed is -1 for a result
  uint64_t count;
  float *values;
} entry;

typedef struct {
  char set[name_length];
  int count;
  entry entries[most_results];
} record;

static record current;
static char current_family[name_length];
static int failures;

agreement same_bits(void) { return (agreement){0}; }
agreement within(double bound) { return (agreement){bound}; }
agreement sums_of(size_t terms) { return (agreement){1e-6 * sqrt((double)terms)}; }

static void copy_name(char *to, const char *name) { snprintf(to, name_length, "%s", name); }

static entry *added(agreement agreement, const char *part) {
  if (current.count == most_results) {
    fputs("error: more results than this program has room for\n", stderr);
    exit(2);
  }
  entry *e = &current.entries[current.count++];
  copy_name(e->family, current_family);
  copy_name(e->part, part);
  e->bound = agreement.bound;
  e->confirmed = -1;
  return e;
}

void family(const char *name) { copy_name(current_family, name); }

void result(agreement agreement, const char *part, const float *values, size_t count) {
  entry *e = added(agreement, part);
  e->count = count;
  e->values = copied(values, count);
}

void result_double(agreement agreement, const char *part, const double *values, size_t count) {
  float *rounded = zeros(count);
  for (size_t i = 0; i < count; i++) rounded[i] = (float)values[i];
  result(agreement, part, rounded, count);
}

// The difference of b from a, relative above one; infinite where they differ and no bound applies.
static double difference(double a, double b) {
  if (a == b || (isnan(a) && isnan(b))) return 0;
  double found = fabs(a - b) / fmax(1, fabs(a));
  return isnan(found) ? INFINITY : found;
}

static int agree(double bound, float a, float b) {
  if (bound > 0) return difference((double)a, (double)b) <= bound;
  uint32_t bits_a, bits_b;
  memcpy(&bits_a, &a, 4);
  memcpy(&bits_b, &b, 4);
  return bits_a == bits_b || (isnan(a) && isnan(b));
}

void confirm(agreement agreement, const char *part, const float *values, const double *expected, size_t count) {
  entry *e = added(agreement, part);
  e->confirmed = 0;
  int told = 0;
  for (size_t i = 0; i < count; i++) {
    // Beyond the range of float there is an infinity.
    double wanted = isfinite((float)expected[i]) ? expected[i] : (double)(float)expected[i];
    double found = agreement.bound > 0 ? difference(wanted, (double)values[i])
                   : agree(0, (float)wanted, values[i]) ? 0 : INFINITY;
    if (found > e->confirmed) e->confirmed = found;
    if (found <= agreement.bound || told) continue;
    fprintf(stderr, "%s, %s: at %zu there is %.9g, and a naive computation gives %.9g\n", current_family, part, i,
            (double)values[i], wanted);
    told = 1;
    failures++;
  }
}

void require(int holds, const char *what) {
  entry *e = added(same_bits(), what);
  e->confirmed = holds ? 0 : INFINITY;
  if (holds) return;
  fprintf(stderr, "%s: this does not hold: %s\n", current_family, what);
  failures++;
}

// ---- Files -----------------------------------------------------------------------------------------------------

static void must(int done, const char *path) {
  if (done) return;
  fprintf(stderr, "error: cannot read or write %s\n", path);
  exit(2);
}

static void save(const record *r, const char *path) {
  FILE *file = fopen(path, "wb");
  must(file != NULL, path);
  must(fwrite(r->set, name_length, 1, file) == 1 && fwrite(&r->count, sizeof(int), 1, file) == 1, path);
  for (const entry *e = r->entries; e < r->entries + r->count; e++) {
    must(fwrite(e, sizeof *e, 1, file) == 1, path);
    must(fwrite(e->values, sizeof(float), e->count, file) == e->count, path);
  }
  must(fclose(file) == 0, path);
}

static record *load(const char *path) {
  record *r = calloc(1, sizeof *r);
  FILE *file = fopen(path, "rb");
  must(r && file, path);
  must(fread(r->set, name_length, 1, file) == 1 && fread(&r->count, sizeof(int), 1, file) == 1, path);
  must(r->count > 0 && r->count <= most_results, path);
  for (entry *e = r->entries; e < r->entries + r->count; e++) {
    must(fread(e, sizeof *e, 1, file) == 1, path);
    e->values = zeros(e->count);
    must(fread(e->values, sizeof(float), e->count, file) == e->count, path);
  }
  fclose(file);
  return r;
}

// ---- Comparison ------------------------------------------------------------------------------------------------

// The largest difference of one family's results.
static double largest(const record *a, const record *b, const char *family) {
  double most = 0;
  for (int k = 0; k < a->count; k++) {
    const entry *x = &a->entries[k], *y = &b->entries[k];
    if (strcmp(x->family, family) || x->confirmed >= 0) continue;
    if (strcmp(x->part, y->part) || x->count != y->count) {
      fprintf(stderr, "%s, %s: not the same results in both files\n", family, x->part);
      failures++;
      return INFINITY;
    }
    int told = 0;
    for (uint64_t i = 0; i < x->count; i++) {
      most = fmax(most, difference((double)x->values[i], (double)y->values[i]));
      if (agree(x->bound, x->values[i], y->values[i]) || told) continue;
      fprintf(stderr, "%s, %s: at %llu %s has %.9g and %s %.9g; allowed is %.2g\n", family, x->part,
              (unsigned long long)i, a->set, (double)x->values[i], b->set, (double)y->values[i], x->bound);
      told = 1;
      failures++;
    }
  }
  return most;
}

static void print_cell(double value, const char *none) {
  if (value == 0) printf("  %14s", none);
  else printf("  %14.1e", value);
}

static void compare(record **records, int count) {
  const record *first = records[0];
  printf("%-22s  %8s  %7s  %14s", first->set, "numbers", "allowed", "naive");
  for (int r = 1; r < count; r++) printf("  %14s", records[r]->set);
  printf("\n");
  for (int k = 0; k < first->count; k++) {
    const char *family = first->entries[k].family;
    if (k > 0 && !strcmp(family, first->entries[k - 1].family)) continue;
    double bound = 0, confirmed = 0;
    unsigned long long numbers = 0;
    for (int i = k; i < first->count && !strcmp(family, first->entries[i].family); i++) {
      const entry *e = &first->entries[i];
      numbers += e->count;
      if (e->confirmed < 0) bound = fmax(bound, e->bound);
      confirmed = fmax(confirmed, e->confirmed);
    }
    printf("%-22s  %8llu", family, numbers);
    if (bound > 0) printf("  %7.0e", bound);
    else printf("  %7s", "bits");
    print_cell(confirmed, numbers ? "same" : "holds");
    for (int r = 1; r < count; r++) {
      if (records[r]->count != first->count) {
        fprintf(stderr, "%s has %d results, %s %d\n", first->set, first->count, records[r]->set, records[r]->count);
        exit(1);
      }
      print_cell(largest(first, records[r], family), numbers ? "same" : "-");
    }
    printf("\n");
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "sets")) {
    static const int levels[] = {LADLE_SIMD_PORTABLE, LADLE_SIMD_AVX2, LADLE_SIMD_AVX512};
    for (int i = 0; i < 3; i++)
      if (levels[i] <= ladle_simd_best()) puts(ladle_simd_name(levels[i]));
  } else if (argc == 4 && !strcmp(argv[1], "record")) {
    const char *used = ladle_simd_name(ladle_simd_used());
    // SET may say more than the kernels' name for it, after a space: where it ran.
    size_t length = strcspn(argv[2], " ");
    if (strlen(used) != length || strncmp(used, argv[2], length)) {
      fprintf(stderr, "error: the kernels use %s, not %s\n", used, argv[2]);
      return 2;
    }
    copy_name(current.set, argv[2]);
    check_random();
    check_copies();
    check_elementwise();
    check_reductions();
    check_losses();
    check_normalization();
    check_winograd();
    check_few_channels();
    check_products();
    check_patches();
    check_depthwise();
    check_optimizers();
    check_support_vectors();
    check_runtime();
    save(&current, argv[3]);
  } else if (argc >= 4 && argc <= 2 + most_files && !strcmp(argv[1], "compare")) {
    record *records[most_files];
    for (int i = 2; i < argc; i++) records[i - 2] = load(argv[i]);
    compare(records, argc - 2);
  } else {
    fputs("usage: kernel-agreement sets | record SET FILE | compare FILE FILE…\n", stderr);
    return 64;
  }
  if (failures) fprintf(stderr, "%d results do not agree\n", failures);
  return failures ? 1 : 0;
}
