//! The results as a picture: what a unit takes, and how often it misses the caches, against the size.

use std::path::Path;

use anyhow::Result;
use plotters::prelude::*;

use crate::curve::Curve;
use crate::measure::Point;

const COLOURS: [RGBColor; 5] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167), RGBColor(86, 80, 66)];

type Figure = fn(&Point) -> Option<f64>;

pub(crate) fn draw(points: &[Point], file: &Path) -> Result<()> {
    let root = SVGBackend::new(file, (960, 430)).into_drawing_area();
    root.fill(&WHITE)?;
    let panels = root.split_evenly((1, 2));
    let figures: [(&str, Figure); 2] = [
        ("nanoseconds per unit", |point| Some(point.nanoseconds)),
        ("last-level cache misses per unit", |point| point.counts.map(|counts| counts.last_level_misses)),
    ];
    for (panel, (title, figure)) in panels.iter().zip(figures) {
        let known: Vec<f64> = points.iter().filter_map(figure).collect();
        let top = known.iter().copied().fold(1.0, f64::max) * 1.1;
        let right = points.iter().map(|point| point.size).max().unwrap_or(10).max(100);
        let mut chart = ChartBuilder::on(panel)
            .caption(title, ("sans-serif", 16))
            .margin(12)
            .x_label_area_size(34)
            .y_label_area_size(52)
            .build_cartesian_2d((10_f64..right as f64).log_scale(), 0_f64..top)?;
        chart.configure_mesh().x_desc("size").x_label_formatter(&|size| short(*size)).light_line_style(TRANSPARENT).draw()?;
        for (curve, colour) in Curve::ALL.into_iter().zip(COLOURS) {
            let line: Vec<(f64, f64)> = points
                .iter()
                .filter(|point| point.curve == curve)
                .filter_map(|point| Some((point.size as f64, figure(point)?)))
                .collect();
            if line.is_empty() {
                continue;
            }
            chart
                .draw_series(LineSeries::new(line.iter().copied(), colour.stroke_width(2)).point_size(3))?
                .label(curve.name())
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        }
        chart.configure_series_labels().position(SeriesLabelPosition::UpperLeft).background_style(WHITE.mix(0.8)).draw()?;
    }
    root.present()?;
    Ok(())
}

/// 1k for a thousand, 1M for a million.
fn short(size: f64) -> String {
    match size {
        1e6.. => format!("{}M", size / 1e6),
        1e3.. => format!("{}k", size / 1e3),
        _ => size.to_string(),
    }
}
