// The one-dimensional transforms of Winograd's F(m, r): m outputs of an r-tap filter from m + r - 1 products.
//
//   output  = AT [(G g) * (BT d)]        (*: product by product)
//
// They are Toom-Cook matrices of the points 0, 1, inf (two taps, two outputs), 0, 1, -1, inf (three taps, two
// outputs), 0, 1, -1, 2, inf (two taps, four outputs) and 0, 1, -1, 2, -2, inf (three taps, four outputs). A and B, G
// transposed are the adjoints that gradients need. Lavin and Gray, "Fast algorithms for convolutional neural
// networks", CVPR 2016 (arXiv 1509.09308). `m`, `r` and n, the number of products, are constants
// wherever these are used.
//
// An image of two pixels a side, with three taps and a border of one, takes three products instead of four (n < m + r -
// 1): its border is zero, so that both outputs are a Toeplitz matrix of the taps times the pixels,
//
//   y0 = g1 d0 + g2 d1
//   y1 = g0 d0 + g1 d1
//
// which is F(2, 2) with the taps (g2, g1, g0) in the place of the pixels, and the pixels (d1, d0) in that of the taps.
#ifndef LADLE_WINOGRAD_TRANSFORMS_H
#define LADLE_WINOGRAD_TRANSFORMS_H

#include "lines.h"

enum { most = 6 };  // frequencies of an axis

// A call of `function` with the m, r and n of the plan `s` as constants.
#define BY_SIZE(function, ...)                                            \
  if (s.outputs == 4 && s.taps == 3) function(4, 3, 6, __VA_ARGS__);      \
  else if (s.outputs == 4) function(4, 2, 5, __VA_ARGS__);                \
  else if (s.frequencies == 4) function(2, 3, 4, __VA_ARGS__);            \
  else if (s.taps == 3) function(2, 3, 3, __VA_ARGS__);                   \
  else function(2, 2, 3, __VA_ARGS__);

// Whether phase `phase` of an axis has one tap less than the other, of `kernel` taps with the stride of the plan: then it
// has nothing at the last frequency of that axis, the point at infinity, which is neither stored nor read.
#define LACKS_LAST(s, kernel, phase) ((s).stride == 2 && (kernel) == 2 * (s).taps - 1 && (phase) == 1)

// BT: n pixels to n frequencies.
LADLE_INLINE void ladle_pixels_to_frequencies(const int m, const int r, const int n, const ladle_line *d,
                                              ladle_line *v) {
  if (m == 4 && r == 3) {
    const ladle_line even = d[4] - 4.0f * d[2], odd = d[3] - 4.0f * d[1];
    const ladle_line wide = d[4] - d[2], steep = 2.0f * (d[3] - d[1]);
    v[0] = 4.0f * d[0] + (d[4] - 5.0f * d[2]);
    v[1] = even + odd;
    v[2] = even - odd;
    v[3] = wide + steep;
    v[4] = wide - steep;
    v[5] = 4.0f * d[1] + (d[5] - 5.0f * d[3]);
  } else if (m == 4) {
    const ladle_line odd = d[3] - d[1], step = d[3] - d[2];
    v[0] = odd - 2.0f * (d[2] - d[0]);
    v[1] = step - 2.0f * d[1];
    v[2] = step - 2.0f * (d[2] - d[1]);
    v[3] = odd;
    v[4] = (d[4] - d[2]) - 2.0f * odd;
  } else if (n == 4) {
    v[0] = d[0] - d[2];
    v[1] = d[1] + d[2];
    v[2] = d[2] - d[1];
    v[3] = d[1] - d[3];
  } else if (r == 3) {
    v[0] = d[1];
    v[1] = d[0] + d[1];
    v[2] = d[0];
  } else {
    v[0] = d[0] - d[1];
    v[1] = d[1];
    v[2] = d[1] - d[2];
  }
}

// B, its adjoint.
LADLE_INLINE void ladle_frequencies_to_pixels(const int m, const int r, const int n, const ladle_line *v,
                                              ladle_line *d) {
  if (m == 4 && r == 3) {
    const ladle_line near = v[1] + v[2], nearer = v[2] - v[1], far = v[3] + v[4], farther = 2.0f * (v[4] - v[3]);
    d[0] = 4.0f * v[0];
    d[1] = 4.0f * (nearer + v[5]) + farther;
    d[2] = -5.0f * v[0] - (4.0f * near + far);
    d[3] = -5.0f * v[5] - (nearer + farther);
    d[4] = v[0] + (near + far);
    d[5] = v[5];
  } else if (m == 4) {
    const ladle_line last = v[3] - 2.0f * v[4];
    d[0] = 2.0f * v[0];
    d[1] = 2.0f * (v[2] - v[1]) - (v[0] + last);
    d[2] = -2.0f * v[0] - (v[1] + 3.0f * v[2] + v[4]);
    d[3] = (v[0] + v[1]) + (v[2] + last);
    d[4] = v[4];
  } else if (n == 4) {
    d[0] = v[0];
    d[1] = (v[1] - v[2]) + v[3];
    d[2] = (v[1] + v[2]) - v[0];
    d[3] = -v[3];
  } else if (r == 3) {
    d[0] = v[1] + v[2];
    d[1] = v[0] + v[1];
    d[2] = 0.0f;
  } else {
    d[0] = v[0];
    d[1] = (v[1] - v[0]) + v[2];
    d[2] = -v[2];
  }
}

// AT: n products to m outputs.
LADLE_INLINE void ladle_products_to_outputs(const int m, const int r, const int n, const ladle_line *p, ladle_line *y) {
  if (m == 4 && r == 3) {
    const ladle_line near = p[1] + p[2], nearer = p[1] - p[2], far = p[3] + p[4], farther = p[3] - p[4];
    y[0] = p[0] + (near + far);
    y[1] = nearer + 2.0f * farther;
    y[2] = near + 4.0f * far;
    y[3] = (nearer + 8.0f * farther) + p[5];
  } else if (m == 4) {
    const ladle_line near = p[1] + p[2], nearer = p[1] - p[2];
    y[0] = p[0] + (near + p[3]);
    y[1] = nearer + 2.0f * p[3];
    y[2] = near + 4.0f * p[3];
    y[3] = (nearer + 8.0f * p[3]) + p[4];
  } else if (n == 4) {
    y[0] = p[0] + (p[1] + p[2]);
    y[1] = (p[1] - p[2]) - p[3];
  } else {
    y[0] = p[0] + p[1];
    y[1] = p[1] - p[2];
  }
}

// A, its adjoint.
LADLE_INLINE void ladle_outputs_to_products(const int m, const int r, const int n, const ladle_line *y, ladle_line *p) {
  if (m == 4) {
    const ladle_line even = y[0] + y[2], odd = y[1] + y[3];
    const ladle_line wide = y[0] + 4.0f * y[2], steep = 2.0f * y[1] + 8.0f * y[3];
    p[0] = y[0];
    p[1] = even + odd;
    p[2] = even - odd;
    p[3] = wide + steep;
    if (r == 3) {
      p[4] = wide - steep;
      p[5] = y[3];
    } else {
      p[4] = y[3];
    }
  } else if (n == 4) {
    p[0] = y[0];
    p[1] = y[0] + y[1];
    p[2] = y[0] - y[1];
    p[3] = -y[1];
  } else {
    p[0] = y[0];
    p[1] = y[0] + y[1];
    p[2] = -y[1];
  }
}

// G: r taps to n frequencies.
LADLE_INLINE void ladle_taps_to_frequencies(const int m, const int r, const int n, const ladle_line *g, ladle_line *u) {
  if (m == 4 && r == 3) {
    const ladle_line near = (-1.0f / 6) * (g[0] + g[2]), nearer = (1.0f / 6) * g[1];
    const ladle_line far = (1.0f / 24) * g[0] + (1.0f / 6) * g[2], farther = (1.0f / 12) * g[1];
    u[0] = 0.25f * g[0];
    u[1] = near - nearer;
    u[2] = near + nearer;
    u[3] = far + farther;
    u[4] = far - farther;
    u[5] = g[2];
  } else if (m == 4) {
    u[0] = 0.5f * g[0];
    u[1] = -0.5f * (g[0] + g[1]);
    u[2] = (1.0f / 6) * (g[1] - g[0]);
    u[3] = (1.0f / 6) * g[0] + (1.0f / 3) * g[1];
    u[4] = g[1];
  } else if (n == 4) {
    const ladle_line even = 0.5f * (g[0] + g[2]), odd = 0.5f * g[1];
    u[0] = g[0];
    u[1] = even + odd;
    u[2] = even - odd;
    u[3] = g[2];
  } else if (r == 3) {
    u[0] = g[2] - g[1];
    u[1] = g[1];
    u[2] = g[1] - g[0];
  } else {
    u[0] = g[0];
    u[1] = g[0] + g[1];
    u[2] = g[1];
  }
}

// G transposed.
LADLE_INLINE void ladle_frequencies_to_taps(const int m, const int r, const int n, const ladle_line *u, ladle_line *g) {
  if (m == 4 && r == 3) {
    const ladle_line near = (1.0f / 6) * (u[1] + u[2]), far = u[3] + u[4];
    g[0] = 0.25f * u[0] - near + (1.0f / 24) * far;
    g[1] = (1.0f / 6) * (u[2] - u[1]) + (1.0f / 12) * (u[3] - u[4]);
    g[2] = (1.0f / 6) * far - near + u[5];
  } else if (m == 4) {
    g[0] = 0.5f * (u[0] - u[1]) + (1.0f / 6) * (u[3] - u[2]);
    g[1] = (1.0f / 6) * u[2] - 0.5f * u[1] + (1.0f / 3) * u[3] + u[4];
  } else if (n == 4) {
    g[0] = u[0] + 0.5f * (u[1] + u[2]);
    g[1] = 0.5f * (u[1] - u[2]);
    g[2] = 0.5f * (u[1] + u[2]) + u[3];
  } else if (r == 3) {
    g[0] = -u[2];
    g[1] = (u[1] - u[0]) + u[2];
    g[2] = u[0];
  } else {
    g[0] = u[0] + u[1];
    g[1] = u[1] + u[2];
  }
}

#endif
