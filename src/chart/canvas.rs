//! What a picture is drawn on: points of the picture in, pixels out. It is drawn twice as large and made
//! small at the end, which smooths every edge; lines have round joints, so a noisy curve has no thorns.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ColorType, ImageEncoder};
use plotters::backend::{BitMapBackend, RGBPixel};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontStyle, IntoFont, RGBAColor, RGBColor, ShapeStyle, TextStyle};
use std::sync::OnceLock;

/// How much larger it is drawn.
const LARGER: usize = 2;
const FAMILY: &str = "sans-serif";

/// The library could not draw or encode; nothing a chart holds makes it so.
#[derive(Debug)]
pub struct Undrawn;

type Area<'a> = DrawingArea<BitMapBackend<'a, RGBPixel>, Shift>;
pub type Place = (f64, f64);

pub struct Canvas<'a> {
    area: Area<'a>,
}

/// Where a text stands, as seen from its place.
#[derive(Clone, Copy)]
pub enum Anchor {
    TopLeft,
    TopRight,
    /// Below its place, centred.
    Below,
    /// Left of its place, centred on its height.
    Before,
    Middle,
}

/// Draws a picture of this size on white paper and encodes it.
pub fn picture(
    (width, height): (usize, usize),
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), Undrawn>,
) -> Result<Vec<u8>, Undrawn> {
    font()?;
    let (wide, high) = (width * LARGER, height * LARGER);
    let mut pixels = vec![255; wide * high * 3];
    {
        let size = (wide as u32, high as u32);
        let area = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        let canvas = Canvas { area };
        draw(&canvas)?;
        canvas.area.present().map_err(|_| Undrawn)?;
    }
    // Adaptive filters make half of the bytes of the others for a picture of lines.
    let pixels = smaller(&pixels, wide);
    let mut png = Vec::with_capacity(64 * 1_024);
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Adaptive);
    encoder.write_image(&pixels, width as u32, height as u32, ColorType::Rgb8).map_err(|_| Undrawn)?;
    Ok(png)
}

/// The program carries its letters: the machine may have none.
fn font() -> Result<(), Undrawn> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let register = || {
        plotters::style::register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular()).is_ok()
            && plotters::style::register_font(FAMILY, FontStyle::Bold, dejavu::sans::bold()).is_ok()
    };
    if *REGISTERED.get_or_init(register) { Ok(()) } else { Err(Undrawn) }
}

/// Each pixel the mean of two by two.
fn smaller(pixels: &[u8], wide: usize) -> Vec<u8> {
    let row = wide * 3;
    let mut small = Vec::with_capacity(pixels.len() / (LARGER * LARGER));
    for rows in pixels.chunks_exact(row * LARGER) {
        let (upper, lower) = rows.split_at(row);
        for pair in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            if let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = pair {
                small.extend([four(*a, *d, *g, *j), four(*b, *e, *h, *k), four(*c, *f, *i, *l)]);
            }
        }
    }
    small
}

fn four(a: u8, b: u8, c: u8, d: u8) -> u8 {
    ((u16::from(a) + u16::from(b) + u16::from(c) + u16::from(d) + 2) / 4) as u8
}

fn pixel((x, y): Place) -> (i32, i32) {
    // A cast of a float saturates; far outside is simply not drawn.
    let one = |at: f64| ((at * LARGER as f64).round() as i32).clamp(-10_000, 10_000);
    (one(x), one(y))
}

impl Canvas<'_> {
    pub fn fill(&self, from: Place, to: Place, colour: RGBAColor) -> Result<(), Undrawn> {
        self.area.draw(&Rectangle::new([pixel(from), pixel(to)], colour.filled())).map_err(|_| Undrawn)
    }

    pub fn polygon(&self, corners: &[Place], colour: RGBAColor) -> Result<(), Undrawn> {
        let corners: Vec<(i32, i32)> = corners.iter().copied().map(pixel).collect();
        self.area.draw(&Polygon::new(corners, colour)).map_err(|_| Undrawn)
    }

    pub fn dot(&self, at: Place, radius: f64, colour: RGBColor) -> Result<(), Undrawn> {
        let style: ShapeStyle = colour.filled();
        self.area.draw(&Circle::new(pixel(at), radius * LARGER as f64, style)).map_err(|_| Undrawn)
    }

    /// A line from place to place.
    pub fn line(&self, places: &[Place], width: f64, colour: RGBColor) -> Result<(), Undrawn> {
        for pair in places.windows(2) {
            if let [from, to] = pair {
                self.stroke(*from, *to, width, colour)?;
                if width > 2.0 {
                    self.dot(*to, width / 2.0, colour)?;
                }
            }
        }
        Ok(())
    }

    fn stroke(&self, from: Place, to: Place, width: f64, colour: RGBColor) -> Result<(), Undrawn> {
        let (x, y) = (to.0 - from.0, to.1 - from.1);
        let length = x.hypot(y);
        if length < 1e-6 {
            return Ok(());
        }
        let (x, y) = (-y / length * width / 2.0, x / length * width / 2.0);
        let corners =
            [(from.0 + x, from.1 + y), (to.0 + x, to.1 + y), (to.0 - x, to.1 - y), (from.0 - x, from.1 - y)];
        self.polygon(&corners, colour.mix(1.0))
    }

    /// The same, with holes: `dash` is how long a piece and how long a hole is.
    pub fn dashed(
        &self,
        places: &[Place],
        dash: (f64, f64),
        width: f64,
        colour: RGBColor,
    ) -> Result<(), Undrawn> {
        let mut gone = 0.0;
        for pair in places.windows(2) {
            let [from, to] = pair else { continue };
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            let at = |share: f64| {
                (from.0 + (to.0 - from.0) * share / length, from.1 + (to.1 - from.1) * share / length)
            };
            let mut here = 0.0;
            while here < length {
                let phase = (gone + here) % (dash.0 + dash.1);
                let drawn = phase < dash.0;
                let rest = if drawn { dash.0 - phase } else { dash.0 + dash.1 - phase };
                let until = (here + rest.max(0.5)).min(length);
                if drawn {
                    self.stroke(at(here), at(until), width, colour)?;
                }
                here = until;
            }
            gone += length;
        }
        Ok(())
    }

    pub fn text(&self, text: &str, at: Place, anchor: Anchor, style: Letters) -> Result<(), Undrawn> {
        let (horizontal, vertical) = match anchor {
            Anchor::TopLeft => (HPos::Left, VPos::Top),
            Anchor::TopRight => (HPos::Right, VPos::Top),
            Anchor::Below => (HPos::Center, VPos::Top),
            Anchor::Before => (HPos::Right, VPos::Center),
            Anchor::Middle => (HPos::Center, VPos::Center),
        };
        // The library centres what stands below the line too: most letters would sit too high.
        let size = style.size;
        let style = style.style().pos(Pos::new(horizontal, vertical));
        let sinks = match anchor {
            Anchor::TopLeft | Anchor::TopRight | Anchor::Below => 0.0,
            Anchor::Before | Anchor::Middle => size * 0.16,
        };
        self.area.draw_text(text, &style, pixel((at.0, at.1 + sinks))).map_err(|_| Undrawn)
    }

    pub fn width(&self, text: &str, style: Letters) -> f64 {
        let size = self.area.estimate_text_size(text, &style.style());
        size.map_or(0.0, |(width, _)| f64::from(width) / LARGER as f64)
    }
}

/// The look of a text.
#[derive(Clone, Copy)]
pub struct Letters {
    pub size: f64,
    pub colour: RGBColor,
    pub bold: bool,
}

impl Letters {
    fn style(self) -> TextStyle<'static> {
        let weight = if self.bold { FontStyle::Bold } else { FontStyle::Normal };
        (FAMILY, self.size * LARGER as f64, weight).into_font().color(&self.colour)
    }
}
