// Draws each <figure data-chart> from the JSON inside it. Without this script its table says the same.
"use strict";
(() => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();

  function traces(chart) {
    return chart.series.map((one, place) => ({
      type: chart.kind === "line" ? "scatter" : "bar",
      mode: "lines+markers",
      name: one.name,
      x: chart.x,
      y: one.y,
      marker: { color: colour(`--series-${(place % 10) + 1}`), symbol: place % 10 },
      line: { color: colour(`--series-${(place % 10) + 1}`), dash: ["solid", "dash", "dot"][place % 3] },
      hovertemplate: chart.share ? "%{y:.1%}<extra>%{fullData.name}</extra>" : "%{y:,}<extra>%{fullData.name}</extra>",
    })).map((trace) => {
      if (trace.type === "bar") { delete trace.mode; delete trace.line; delete trace.marker.symbol; }
      return trace;
    });
  }

  function layout(chart) {
    const axis = { gridcolor: colour("--line"), linecolor: colour("--line"), automargin: true, zeroline: false };
    return {
      barmode: chart.stacked ? "stack" : "group",
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: colour("--text"), family: "system-ui, sans-serif", size: 13 },
      margin: { t: 12, r: 12, b: 40, l: 56 },
      height: 280,
      showlegend: chart.series.length > 1,
      legend: { orientation: "h", y: -0.25 },
      xaxis: { ...axis, type: "category", nticks: 8 },
      yaxis: { ...axis, title: { text: chart.unit }, rangemode: "tozero", tickformat: chart.share ? ".0%" : "" },
      shapes: chart.target === null ? [] : [{
        type: "line", xref: "paper", x0: 0, x1: 1, y0: chart.target, y1: chart.target,
        line: { color: colour("--bad"), width: 1, dash: "dash" },
      }],
    };
  }

  const config = { displayModeBar: false, responsive: true, scrollZoom: false, doubleClick: false };

  async function draw(figure) {
    const chart = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
    const place = figure.querySelector("[data-plot]");
    place.hidden = false;
    await Plotly.newPlot(place, traces(chart), layout(chart), config);
    figure.dataset.drawn = "true";
  }

  async function drawAll() {
    for (const figure of document.querySelectorAll("figure[data-chart]")) await draw(figure);
    document.documentElement.dataset.charts = "drawn";
  }

  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
