/// The looks of a report: one column, the reader's own fonts, light and dark, narrow screens, paper.
enum ReportStylesheet {
  static let rules = """
    :root{--ink:#1b1f24;--quiet:#57606a;--ground:#ffffff;--raised:#f6f7f9;--line:#dfe3e8;--accent:#0072b2;\
    --remark:#fff6e0;--remark-line:#e69f00;--shade:rgba(27,31,36,.22)}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
    body{margin:0;background:var(--ground);color:var(--ink);\
    font:16px/1.55 system-ui,-apple-system,"Segoe UI","Helvetica Neue",Arial,sans-serif}
    main{max-width:940px;margin:0 auto;padding:40px 24px 64px}
    h1{font-size:2rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 .25em;text-wrap:balance}
    h2{font-size:1.3rem;line-height:1.3;letter-spacing:-.01em;margin:2.1em 0 .6em;padding-top:.7em;\
    border-top:1px solid var(--line)}
    h3{font-size:1.02rem;margin:1.5em 0 .3em}
    p{margin:.6em 0;max-width:44em}
    details{margin:.8em 0}
    summary{cursor:pointer;color:var(--accent);font-size:.93rem}
    .subtitle{color:var(--quiet);margin-top:0}
    .lead{font-size:1.15rem;line-height:1.5}
    .remark{background:var(--remark);border-left:3px solid var(--remark-line);padding:.6em .9em;border-radius:0 6px 6px 0}
    a{color:var(--accent)}
    nav{display:flex;flex-wrap:wrap;gap:.3em 1.2em;margin:1.4em 0 0;font-size:.93rem}
    nav a{text-decoration:none}nav a:hover{text-decoration:underline}
    .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:1.6em 0 0}
    .card{background:var(--raised);border:1px solid var(--line);border-radius:10px;padding:14px 16px}
    .value{font-size:1.65rem;font-weight:650;letter-spacing:-.02em;line-height:1.2;font-variant-numeric:tabular-nums}
    .label{font-size:.92rem;margin-top:2px}
    .note{font-size:.82rem;color:var(--quiet);margin-top:2px}
    figure{margin:1.2em 0}
    figcaption{color:var(--quiet);font-size:.88rem;line-height:1.45}
    .wide{overflow-x:auto;max-width:100%;background:linear-gradient(to right,var(--ground) 40%,transparent) 0 0,\
    linear-gradient(to left,var(--ground) 40%,transparent) 100% 0,linear-gradient(to right,var(--shade),transparent) 0 0,\
    linear-gradient(to left,var(--shade),transparent) 100% 0;background-repeat:no-repeat;\
    background-size:36px 100%,36px 100%,12px 100%,12px 100%;background-attachment:local,local,scroll,scroll}
    .narrow{display:none}
    svg.chart{display:block;width:100%;height:auto;min-width:600px}
    .series{outline:none}.band{pointer-events:none}.hit{pointer-events:stroke}
    .series:hover .repetition,.series:focus .repetition,.series:hover .band,.series:focus .band{visibility:visible}
    .chart:has(.series:hover) .series:not(:hover),.chart:has(.series:focus-visible) .series:not(:focus){opacity:.18}
    .series:focus-visible .label{text-decoration:underline}
    .panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(250px,1fr));gap:4px 14px}
    .panels svg.chart,.narrow svg.chart{min-width:0}.panels svg.chart{max-width:290px}.narrow svg.chart{max-width:440px}
    table.matrix{min-width:0}.matrix th,.matrix td{padding:.34em .55em;text-align:center;border:1px solid var(--line);white-space:nowrap}
    .matrix tbody th{text-align:left}.matrix .diagonal{background:var(--raised)}
    .legend{display:none;list-style:none;flex-wrap:wrap;gap:.2em 1.1em;padding:0;margin:.3em 0 .6em;font-size:.88rem}
    table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;margin:1em 0;min-width:min(100%,26em)}
    figure.table table{margin-top:.5em}
    th,td{text-align:left;padding:.38em 1.1em .38em 0;border-bottom:1px solid var(--line);vertical-align:top}
    thead th{font-weight:600;color:var(--quiet);font-size:.85rem;border-bottom:1.5px solid var(--quiet)}
    tbody th{font-weight:500;white-space:nowrap}
    .number{text-align:right;white-space:nowrap;padding:.38em 0 .38em 1em}thead .number{white-space:normal;vertical-align:bottom}
    .definitions th{color:var(--quiet);font-weight:400;white-space:nowrap}
    .definitions td{overflow-wrap:anywhere}
    .gallery{display:flex;flex-wrap:wrap;gap:20px;align-items:flex-start;margin:1.2em 0}
    .gallery .image{margin:0;flex:0 1 auto}
    .image img{display:block;max-width:100%;height:auto;border-radius:4px;border:1px solid var(--line);background:#000}
    .image figcaption{margin-top:6px}
    .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(68px,1fr));gap:12px 10px;max-width:860px}
    .tile{font-size:.78rem;line-height:1.3;text-align:center;font-variant-numeric:tabular-nums}
    .tile img{display:block;width:100%;border:3px solid;border-radius:5px;margin-bottom:3px}
    .enlarged{image-rendering:pixelated}
    pre{background:var(--raised);border:1px solid var(--line);border-radius:8px;padding:12px 14px;overflow-x:auto;\
    font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
    footer{margin-top:3em;padding-top:1em;border-top:1px solid var(--line);color:var(--quiet);font-size:.85rem}
    @media (max-width:640px){.legend{display:flex}.narrow{display:block}.roomy{display:none}main{padding:24px 16px 48px}h1{font-size:1.55rem}.lead{font-size:1.05rem}\
    .cards{grid-template-columns:repeat(2,1fr)}.card{padding:11px 12px}.value{font-size:1.3rem}}
    @media screen and (prefers-color-scheme:dark){:root{--ink:#d9dde2;--quiet:#9aa3ad;--ground:#15181c;\
    --raised:#1d2126;--line:#30363d;--accent:#56b4e9;--remark:#2a2415;--remark-line:#e69f00;--shade:rgba(0,0,0,.7)}\(ChartStylesheet.dark)}
    @media print{main{max-width:none;padding:0}nav{display:none}body{font-size:10.5pt}\
    figure,table,.card,.remark{break-inside:avoid}h2,h3{break-after:avoid}svg.chart{min-width:0}\
    .wide{overflow:visible;background:none}details table{break-inside:auto;font-size:8.5pt}details figure{break-inside:auto}tr{break-inside:avoid}\
    details::details-content{content-visibility:visible;display:block}\
    .card,pre{background:none}@page{margin:16mm}}
    """
}
