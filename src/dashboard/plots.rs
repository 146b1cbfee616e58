//! Plots as SVG, a pixel a unit: text stays as large as the page's on a phone.

use super::node::{Node, html, svg};

const ROW: f64 = 26.0;
const GAP: f64 = 8.0;
const TEXT: f64 = 7.6;

/// One row of bars: a label, and a value a series; `None` where there is nothing to draw.
pub struct BarRow {
    pub label: String,
    pub values: Vec<Option<f64>>,
}

/// Bars side by side, `format` writes their values.
pub fn bars(summary: &str, width: f64, rows: &[BarRow], format: impl Fn(f64) -> String) -> Node {
    let n_series = rows.first().map_or(1, |row| row.values.len()).max(1);
    let row_height = ROW * n_series as f64 * if n_series > 1 { 0.75 } else { 1.0 } + GAP;
    let label_width = (rows.iter().map(|row| width_of(&row.label)).fold(0.0, f64::max) + GAP).min(0.42 * width);
    let value_width = 52.0;
    let most =
        rows.iter().flat_map(|row| &row.values).flatten().fold(f64::MIN_POSITIVE, |most, &value| most.max(value));
    let scale = (width - label_width - value_width) / most;
    let bar_height = (row_height - GAP) / n_series as f64;
    let mut root = image(summary, width, row_height * rows.len() as f64);
    for (at, row) in rows.iter().enumerate() {
        let top = at as f64 * row_height;
        let middle = top + (row_height - GAP) / 2.0;
        root = root.child(label(&cut(&row.label, label_width), 0.0, middle, "start"));
        for (series, value) in row.values.iter().enumerate() {
            let (Some(value), y) = (value, top + series as f64 * bar_height) else { continue };
            let bar = svg("rect").class(&format!("series-{series}")).at([
                ("x", label_width),
                ("y", y + 1.0),
                ("width", (value * scale).max(1.0)),
                ("height", bar_height - 2.0),
            ]);
            let text = label(&format(*value), label_width + value * scale + 5.0, y + bar_height / 2.0, "start");
            root = root.child(bar).child(text);
        }
    }
    root
}

/// Shares as a grid of cells, the darker the more; `columns` names every cell of the longest row.
pub fn heat(summary: &str, width: f64, rows: &[(String, Vec<f64>)], columns: &[String]) -> Node {
    let label_width = rows.iter().map(|row| width_of(&row.0)).fold(0.0, f64::max) + GAP;
    let cell = ((width - label_width) / columns.len().max(1) as f64).min(52.0);
    let mut root = image(summary, width, ROW * (rows.len() + 1) as f64);
    // Where there is no room for every name, every second or third stands.
    let step = ((columns.iter().map(|name| width_of(name)).fold(0.0, f64::max) + 4.0) / cell).ceil().max(1.0) as usize;
    for (at, name) in columns.iter().enumerate().step_by(step) {
        root = root.child(label(name, label_width + (at as f64 + 0.5) * cell, ROW / 2.0, "middle"));
    }
    for (at, (name, shares)) in rows.iter().enumerate() {
        let top = (at + 1) as f64 * ROW;
        root = root.child(label(name, 0.0, top + ROW / 2.0, "start"));
        for (column, share) in shares.iter().enumerate() {
            let x = label_width + column as f64 * cell;
            let place = [("x", x + 1.0), ("y", top + 1.0), ("width", cell - 2.0), ("height", ROW - 2.0)];
            root = root
                .child(svg("rect").class("cell").at(place))
                .child(svg("rect").class("series-0").attr("fill-opacity", format!("{share:.2}")).at(place));
        }
    }
    root
}

/// Forecast against what came true, both in [0, 1]: what lies on the diagonal is what it says.
pub fn calibration(summary: &str, width: f64, axes: [&str; 2], series: &[Vec<(f64, f64)>]) -> Node {
    let side = width.min(420.0);
    let (left, top, size) = (44.0, 10.0, side - 60.0);
    let x = |share: f64| left + share.clamp(0.0, 1.0) * size;
    let y = |share: f64| top + (1.0 - share.clamp(0.0, 1.0)) * size;
    let line = |class: &str, from: (f64, f64), to: (f64, f64)| {
        svg("line").class(class).at([("x1", x(from.0)), ("y1", y(from.1)), ("x2", x(to.0)), ("y2", y(to.1))])
    };
    let mut root = image(summary, side, size + top + 50.0);
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let name = format!("{:.0}%", 100.0 * tick);
        root = root
            .child(line("grid-line", (0.0, tick), (1.0, tick)))
            .child(line("grid-line", (tick, 0.0), (tick, 1.0)))
            .child(label(&name, left - 6.0, y(tick), "end"))
            .child(label(&name, x(tick), top + size + 14.0, "middle"));
    }
    root = root
        .child(line("diagonal", (0.0, 0.0), (1.0, 1.0)))
        .child(label(axes[0], left + size / 2.0, top + size + 36.0, "middle"))
        .child(
            label(axes[1], 0.0, 0.0, "middle")
                .attr("transform", format!("translate(9 {:.1}) rotate(-90)", top + size / 2.0)),
        );
    for (at, points) in series.iter().enumerate() {
        let path: Vec<String> = points.iter().map(|point| format!("{:.1},{:.1}", x(point.0), y(point.1))).collect();
        root = root.child(svg("polyline").class(&format!("line series-{at}")).attr("points", path.join(" ")));
        root = root.children(points.iter().map(|point| marker(at, x(point.0), y(point.1))));
    }
    root
}

/// A series is told by its form too: round, square, pointed.
fn marker(series: usize, x: f64, y: f64) -> Node {
    let class = format!("series-{series}");
    match series {
        0 => svg("circle").class(&class).at([("cx", x), ("cy", y), ("r", 4.0)]),
        1 => svg("rect").class(&class).at([("x", x - 3.5), ("y", y - 3.5), ("width", 7.0), ("height", 7.0)]),
        _ => svg("path").class(&class).attr("d", format!("M{x:.1} {:.1}l4.5 8h-9z", y - 4.5)),
    }
}

/// Names of the series, with their marks.
pub fn legend(names: &[String]) -> Node {
    let entry = |(at, name): (usize, &String)| {
        let mark = svg("svg").attr("viewBox", "0 0 12 12").attr("aria-hidden", "true").class("mark");
        html("li").child(mark.child(marker(at, 6.0, 6.0))).text(name)
    };
    html("ul").class("legend").attr("role", "list").children(names.iter().enumerate().map(entry))
}

fn image(summary: &str, width: f64, height: f64) -> Node {
    svg("svg")
        .class("plot")
        .attr("role", "img")
        .attr("aria-label", summary)
        .attr("viewBox", format!("0 0 {width:.0} {height:.0}"))
        .attr("width", format!("{width:.0}"))
        .attr("height", format!("{height:.0}"))
}

fn label(text: &str, x: f64, y: f64, anchor: &str) -> Node {
    svg("text").at([("x", x), ("y", y)]).attr("dy", "0.35em").attr("text-anchor", anchor).text(text)
}

/// In pixels, near enough to lay out by: what is not Latin is as wide as it is high.
fn width_of(text: &str) -> f64 {
    text.chars().map(|c| if c.is_ascii() { TEXT } else { 2.0 * TEXT }).sum()
}

fn cut(text: &str, width: f64) -> String {
    if width_of(text) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if width_of(&cut) + 3.0 * TEXT > width {
            break;
        }
        cut.push(c);
    }
    cut + "…"
}
