// Tiles of images to frequencies and back: the image side of Winograd's method.

#include "ladle_winograd.h"
#include "lines.h"
#include "winograd_transforms.h"

typedef struct { long image, y, x; } tile_place;

LADLE_INLINE tile_place place_of(ladle_winograd s, long tile) {
  const long per_image = s.tiles_y * s.tiles_x, inside = tile % per_image;
  return (tile_place){tile / per_image, inside / s.tiles_x, inside % s.tiles_x};
}

LADLE_INLINE void advance(ladle_winograd s, tile_place *place) {
  if (++place->x < s.tiles_x) return;
  place->x = 0;
  if (++place->y < s.tiles_y) return;
  place->y = 0;
  place->image++;
}

// How far ahead, in scalars, the pixels of the next tile lie; images are `image` scalars apart, and tiles `down` and
// `right`. A tile's pixels are scattered in short pieces, which hardware does not foresee, so they are asked for one
// tile before their turn: without that, a transform of an image that comes from memory takes twice the time.
LADLE_INLINE long distance_ahead(ladle_winograd s, tile_place place, long image, long down, long right) {
  tile_place later = place;
  advance(s, &later);
  return (later.image - place.image) * image + (later.y - place.y) * down + (later.x - place.x) * right;
}

// Where the pixels of a tile begin that its left and upper neighbours have not.
#define FIRST_NEW (n < m + r - 1 ? 0 : n - m)

// The pixels of one line, i and j in [first, first + m), for reading (0) or writing (1).
#define ASK_FOR(writes, from, first)                         \
  LADLE_UNROLL for (int i = first; i < first + m; i++) {     \
    LADLE_UNROLL for (int j = first; j < first + m; j++)     \
      __builtin_prefetch((from) + i * row + j * column, writes, 3); \
  }

// What a map of channels does to one line of them.
typedef struct { ladle_line factor, offset, slope; } ladle_line_map;

LADLE_INLINE ladle_line_map line_map(const int mapped, ladle_channel_map map, long block, long lanes) {
  ladle_line_map line = {0.0f, 0.0f, 0.0f};
  if (!mapped) return line;
  line.factor = ladle_load(map.factor + block * ladle_lanes, lanes);
  line.offset = ladle_load(map.offset + block * ladle_lanes, lanes);
  line.slope = map.slope;
  return line;
}

LADLE_INLINE ladle_line read_line(const int mapped, ladle_line_map map, const float *from, long lanes) {
  const ladle_line pixel = ladle_load(from, lanes);
  if (!mapped) return pixel;
  const ladle_line value = pixel * map.factor + map.offset;
  return value > 0.0f ? value : map.slope * value;
}

// One line of channels of an n x n tile whose pixels are `row` and `column` scalars apart. Outside
// the image, which begins at pixel (top, left) of the tile and ends before (bottom, right), there is zero. `rows` and
// `columns` frequencies are stored: all n, or n - 1.
LADLE_INLINE void input_line(const int m, const int r, const int n, const int mapped, ladle_line_map map,
                             const float *x, long row,
                             long column, const int inside, long top, long bottom, long left, long right, long lanes,
                             long ahead, float *v, long frequency, int rows, int columns) {
  ASK_FOR(0, x + ahead, FIRST_NEW)
  ladle_line half[most][most];
  LADLE_UNROLL for (int j = 0; j < n; j++) {
    ladle_line pixels[most], mixed[most];
    LADLE_UNROLL for (int i = 0; i < n; i++) {
      const int there = inside || (i >= top && i < bottom && j >= left && j < right);
      pixels[i] = there ? read_line(mapped, map, x + i * row + j * column, lanes) : (ladle_line)0.0f;
    }
    ladle_pixels_to_frequencies(m, r, n, pixels, mixed);
    LADLE_UNROLL for (int i = 0; i < n; i++) half[i][j] = mixed[i];
  }
  LADLE_UNROLL for (int i = 0; i < n; i++) {
    if (i < n - 1 || rows == n) {
      ladle_line mixed[most];
      ladle_pixels_to_frequencies(m, r, n, half[i], mixed);
      LADLE_UNROLL for (int j = 0; j < n - 1; j++) *(ladle_line *)(v + (i * n + j) * frequency) = mixed[j];
      if (columns == n) *(ladle_line *)(v + (i * n + n - 1) * frequency) = mixed[n - 1];
    }
  }
}

// ceil(a / b) for b > 0 and any a.
LADLE_INLINE long ceiling(long a, long b) { return a > 0 ? (a + b - 1) / b : -(-a / b); }

LADLE_INLINE void input_tiles(const int m, const int r, const int n, const int mapped, ladle_channel_map map,
                              const float *x,
                              ladle_winograd s, long first, long count, float *v, long frequency, long pitch) {
  const long C = s.channels, S = s.stride, blocks = (C + ladle_lanes - 1) / ladle_lanes, whole = C / ladle_lanes;
  const long line = s.width * C;
  tile_place place = place_of(s, first);
  for (long t = 0; t < count; t++, advance(s, &place)) {
    const float *image = x + place.image * s.height * line;
    const long ahead = distance_ahead(s, place, s.height * line, m * S * line, m * S * C);
    for (long phase = 0; phase < S * S; phase++) {
      const long y0 = place.y * m * S - s.padding_y + phase / S, x0 = place.x * m * S - s.padding_x + phase % S;
      const long top = ceiling(-y0, S), bottom = ceiling(s.height - y0, S);
      const long left = ceiling(-x0, S), right = ceiling(s.width - x0, S);
      const int inside = top <= 0 && left <= 0 && bottom >= n && right >= n;
      const int rows = n - LACKS_LAST(s, s.kernel_height, phase / S), columns = n - LACKS_LAST(s, s.kernel_width,
                                                                                               phase % S);
      const float *from = image + y0 * line + x0 * C;
      float *to = v + phase * blocks * pitch + t * ladle_lanes;
      long block = 0;
      if (inside) {
        for (; block < whole; block++, from += ladle_lanes, to += pitch)
          input_line(m, r, n, mapped, line_map(mapped, map, block, ladle_lanes), from, S * line, S * C, 1, 0, n, 0, n,
                     ladle_lanes, ahead, to, frequency, rows, columns);
      } else {
        for (; block < whole; block++, from += ladle_lanes, to += pitch)
          input_line(m, r, n, mapped, line_map(mapped, map, block, ladle_lanes), from, S * line, S * C, 0, top,
                     bottom, left, right, ladle_lanes, ahead, to, frequency, rows, columns);
      }
      if (block < blocks) {
        const long rest = C - whole * ladle_lanes;
        input_line(m, r, n, mapped, line_map(mapped, map, block, rest), from, S * line, S * C, 0, top, bottom, left,
                   right,
                   rest, ahead, to, frequency, rows, columns);
      }
    }
  }
}

LADLE_INLINE void cotangent_line(const int m, const int r, const int n, const int mapped, ladle_line_map map,
                                 const float *dy,
                                 long row, long column, const int inside, long bottom, long right, long lanes,
                                 long ahead, float *p, long frequency) {
  ASK_FOR(0, dy + ahead, 0)
  ladle_line half[most][most];
  LADLE_UNROLL for (int j = 0; j < m; j++) {
    ladle_line outputs[most], mixed[most];
    LADLE_UNROLL for (int i = 0; i < m; i++)
      outputs[i] = inside || (i < bottom && j < right) ? read_line(mapped, map, dy + i * row + j * column, lanes)
                                                       : (ladle_line)0.0f;
    ladle_outputs_to_products(m, r, n, outputs, mixed);
    LADLE_UNROLL for (int i = 0; i < n; i++) half[i][j] = mixed[i];
  }
  LADLE_UNROLL for (int i = 0; i < n; i++) {
    ladle_line mixed[most];
    ladle_outputs_to_products(m, r, n, half[i], mixed);
    LADLE_UNROLL for (int j = 0; j < n; j++) *(ladle_line *)(p + (i * n + j) * frequency) = mixed[j];
  }
}

LADLE_INLINE void cotangent_tiles(const int m, const int r, const int n, const int mapped, ladle_channel_map map,
                                  const float *dy,
                                  ladle_winograd s, long first, long count, float *p, long frequency, long pitch) {
  const long K = s.out_channels, blocks = (K + ladle_lanes - 1) / ladle_lanes, whole = K / ladle_lanes;
  tile_place place = place_of(s, first);
  for (long t = 0; t < count; t++, advance(s, &place)) {
    const float *from = dy + ((place.image * s.out_height + place.y * m) * s.out_width + place.x * m) * K;
    const long row = s.out_width * K, bottom = s.out_height - place.y * m, right = s.out_width - place.x * m;
    const long ahead = distance_ahead(s, place, s.out_height * row, m * row, m * K);
    float *to = p + t * ladle_lanes;
    long block = 0;
    if (bottom >= m && right >= m) {
      for (; block < whole; block++, from += ladle_lanes, to += pitch)
        cotangent_line(m, r, n, mapped, line_map(mapped, map, block, ladle_lanes), from, row, K, 1, m, m, ladle_lanes,
                       ahead,
                       to, frequency);
    } else {
      for (; block < whole; block++, from += ladle_lanes, to += pitch)
        cotangent_line(m, r, n, mapped, line_map(mapped, map, block, ladle_lanes), from, row, K, 0, bottom, right,
                       ladle_lanes, ahead, to, frequency);
    }
    if (block < blocks) {
      const long rest = K - whole * ladle_lanes;
      cotangent_line(m, r, n, mapped, line_map(mapped, map, block, rest), from, row, K, 0, bottom, right, rest, ahead,
                     to,
                     frequency);
    }
  }
}

LADLE_INLINE void output_line(const int m, const int r, const int n, const float *p, long frequency, ladle_line factor,
                              ladle_line offset, float slope, float *y, long row, long column, const int inside,
                              long bottom, long right, long lanes, long ahead) {
  ASK_FOR(1, y + ahead, 0)
  ladle_line half[most][most];
  LADLE_UNROLL for (int j = 0; j < n; j++) {
    ladle_line products[most], mixed[most];
    LADLE_UNROLL for (int i = 0; i < n; i++) products[i] = *(const ladle_line *)(p + (i * n + j) * frequency);
    ladle_products_to_outputs(m, r, n, products, mixed);
    LADLE_UNROLL for (int i = 0; i < m; i++) half[i][j] = mixed[i];
  }
  LADLE_UNROLL for (int i = 0; i < m; i++) {
    ladle_line mixed[most];
    ladle_products_to_outputs(m, r, n, half[i], mixed);
    LADLE_UNROLL for (int j = 0; j < m; j++) {
      const ladle_line value = mixed[j] * factor + offset;
      if (inside || (i < bottom && j < right))
        ladle_store(y + i * row + j * column, value > 0.0f ? value : value * slope, lanes);
    }
  }
}

LADLE_INLINE void output_tiles(const int m, const int r, const int n, const float *p, long frequency, long pitch,
                               ladle_winograd s,
                               long first, long count, long first_block, long blocks, const float *factor,
                               const float *offset, float slope, float *y) {
  const long K = s.out_channels, row = s.out_width * K;
  tile_place place = place_of(s, first);
  for (long t = 0; t < count; t++, advance(s, &place)) {
    float *to = y + ((place.image * s.out_height + place.y * m) * s.out_width + place.x * m) * K + first_block * ladle_lanes;
    const long bottom = s.out_height - place.y * m, right = s.out_width - place.x * m;
    const long ahead = distance_ahead(s, place, s.out_height * row, m * row, m * K);
    for (long block = 0; block < blocks; block++, to += ladle_lanes) {
      const long c = (first_block + block) * ladle_lanes, lanes = K - c < ladle_lanes ? K - c : ladle_lanes;
      const ladle_line scale = factor ? ladle_load(factor + c, lanes) : (ladle_line)1.0f;
      const ladle_line shift = offset ? ladle_load(offset + c, lanes) : (ladle_line)0.0f;
      const float *from = p + block * pitch + t * ladle_lanes;
      if (bottom >= m && right >= m && lanes == ladle_lanes)
        output_line(m, r, n, from, frequency, scale, shift, slope, to, row, K, 1, m, m, ladle_lanes, ahead);
      else output_line(m, r, n, from, frequency, scale, shift, slope, to, row, K, 0, bottom, right, lanes, ahead);
    }
  }
}

// Rows before `old_top`, rows from `old_bottom` on and columns before `old_left` hold what neighbours wrote.
LADLE_INLINE void input_gradient_line(const int m, const int r, const int n, const float *v, long frequency,
                                      float *dx, long row,
                                      long column, const int inside, long top, long bottom, long left, long right,
                                      long old_top, long old_bottom, long old_left, long lanes, long ahead, int rows,
                                      int columns) {
  ASK_FOR(1, dx + ahead, FIRST_NEW)
  ladle_line half[most][most];
  LADLE_UNROLL for (int j = 0; j < n; j++) {
    ladle_line values[most], mixed[most];
    LADLE_UNROLL for (int i = 0; i < n; i++) {
      const int stored = (i < n - 1 || rows == n) && (j < n - 1 || columns == n);
      values[i] = stored ? *(const ladle_line *)(v + (i * n + j) * frequency) : (ladle_line)0.0f;
    }
    ladle_frequencies_to_pixels(m, r, n, values, mixed);
    LADLE_UNROLL for (int i = 0; i < n; i++) half[i][j] = mixed[i];
  }
  LADLE_UNROLL for (int i = 0; i < n; i++) {
    ladle_line mixed[most];
    ladle_frequencies_to_pixels(m, r, n, half[i], mixed);
    LADLE_UNROLL for (int j = 0; j < n; j++) {
      if (!inside && (i < top || i >= bottom || j < left || j >= right)) continue;
      float *to = dx + i * row + j * column;
      const int may_be_old = i < n - m || i >= m || j < n - m;
      const int old = may_be_old && (i < old_top || i >= old_bottom || j < old_left);
      ladle_store(to, old ? mixed[j] + ladle_load(to, lanes) : mixed[j], lanes);
    }
  }
}

LADLE_INLINE void input_gradient_tiles(const int m, const int r, const int n, const float *v, long frequency,
                                       long pitch,
                                       ladle_winograd s, long first, long count, long first_block, long held,
                                       int joins_above, int joins_below, float *dx) {
  const long C = s.channels, S = s.stride, blocks = (C + ladle_lanes - 1) / ladle_lanes, line = s.width * C;
  tile_place place = place_of(s, first);
  for (long t = 0; t < count; t++, advance(s, &place)) {
    float *image = dx + place.image * s.height * line;
    const long ahead = distance_ahead(s, place, s.height * line, m * S * line, m * S * C);
    const int starts = t < s.tiles_x, ends = t >= count - s.tiles_x;  // the first and the last row of this call
    const long old_top = place.y > 0 && (!starts || joins_above) ? n - m : 0;
    const long old_bottom = place.y + 1 < s.tiles_y && ends && joins_below ? m : n;
    const long old_left = place.x > 0 ? n - m : 0;
    for (long phase = 0; phase < S * S; phase++) {
      const long y0 = place.y * m * S - s.padding_y + phase / S, x0 = place.x * m * S - s.padding_x + phase % S;
      const long top = ceiling(-y0, S), bottom = ceiling(s.height - y0, S);
      const long left = ceiling(-x0, S), right = ceiling(s.width - x0, S);
      const int inside = top <= 0 && left <= 0 && bottom >= n && right >= n;
      const int rows = n - LACKS_LAST(s, s.kernel_height, phase / S), columns = n - LACKS_LAST(s, s.kernel_width,
                                                                                               phase % S);
      const long start = first_block - phase * blocks, end = start + held;
      for (long block = start > 0 ? start : 0; block < (end < blocks ? end : blocks); block++) {
        const long lanes = C - block * ladle_lanes < ladle_lanes ? C - block * ladle_lanes : ladle_lanes;
        const float *from = v + (block - start) * pitch + t * ladle_lanes;
        float *to = image + y0 * line + x0 * C + block * ladle_lanes;
        if (inside && lanes == ladle_lanes)
          input_gradient_line(m, r, n, from, frequency, to, S * line, S * C, 1, 0, n, 0, n, old_top, old_bottom,
                              old_left,
                              ladle_lanes, ahead, rows, columns);
        else
          input_gradient_line(m, r, n, from, frequency, to, S * line, S * C, 0, top, bottom, left, right, old_top,
                              old_bottom, old_left, lanes, ahead, rows, columns);
      }
    }
  }
}

LADLE_KERNEL(void, ladle_winograd_input,
             (const float *x, ladle_channel_map map, ladle_winograd s, long first, long count, float *v, long frequency,
              long block),
             (x, map, s, first, count, v, frequency, block)) {
  if (map.factor) {
    BY_SIZE(input_tiles, 1, map, x, s, first, count, v, frequency, block)
  } else {
    BY_SIZE(input_tiles, 0, map, x, s, first, count, v, frequency, block)
  }
}

LADLE_KERNEL(void, ladle_winograd_cotangent,
             (const float *dy, ladle_channel_map map, ladle_winograd s, long first, long count, float *p,
              long frequency,
              long block),
             (dy, map, s, first, count, p, frequency, block)) {
  if (map.factor) {
    BY_SIZE(cotangent_tiles, 1, map, dy, s, first, count, p, frequency, block)
  } else {
    BY_SIZE(cotangent_tiles, 0, map, dy, s, first, count, p, frequency, block)
  }
}

LADLE_KERNEL(void, ladle_winograd_output,
             (const float *p, long frequency, long block, ladle_winograd s, long first, long count, long first_block,
              long blocks, const float *factor, const float *offset, float slope, float *y),
             (p, frequency, block, s, first, count, first_block, blocks, factor, offset, slope, y)) {
  BY_SIZE(output_tiles, p, frequency, block, s, first, count, first_block, blocks, factor, offset, slope, y)
}

LADLE_KERNEL(void, ladle_winograd_input_gradient,
             (const float *v, long frequency, long block, ladle_winograd s, long first, long count, long first_block,
              long blocks, int joins_above, int joins_below, float *dx),
             (v, frequency, block, s, first, count, first_block, blocks, joins_above, joins_below, dx)) {
  BY_SIZE(input_gradient_tiles, v, frequency, block, s, first, count, first_block, blocks, joins_above, joins_below, dx)
}
