"""Style sheet of the HTML page."""

CSS = """
:root{--ink:#22303c;--quiet:#5d6972;--rule:#c9d0d6;--tint:#f3f5f6;--good:#1f6b4a;--bad:#9b2c32;--warn:#8a5a00}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;color:var(--ink);background:#fff;font:16px/1.5 Georgia,"Libertinus Serif","Times New Roman",serif;
display:grid;grid-template-columns:16rem minmax(0,1fr)}
nav{position:sticky;top:0;align-self:start;height:100vh;overflow:auto;padding:1.6rem 1rem 1.6rem 1.4rem;
border-right:1px solid var(--rule);font-size:.82rem;line-height:1.35}
nav p{font-weight:bold;margin:0 0 .8rem}
nav ol{margin:0;padding-left:1.4rem}
nav li{margin:.3rem 0}
nav a{color:var(--ink);text-decoration:none}
nav a:hover,nav a:focus{text-decoration:underline}
main{max-width:66rem;padding:2rem 2.4rem 4rem;min-width:0}
h1{font-size:2rem;line-height:1.15;margin:.1rem 0 .4rem}
h2{font-size:1.3rem;margin:2.6rem 0 .8rem}
.number{color:var(--quiet);margin-right:.5rem}
.kind{letter-spacing:.06em;text-transform:uppercase;color:var(--quiet);font-size:.78rem;margin:0}
.lead{color:var(--quiet);margin:.2rem 0}
.facts{display:flex;flex-wrap:wrap;gap:.2rem 1.6rem;font-size:.85rem;margin:.6rem 0 1.2rem}
.facts div{display:flex;gap:.4rem}
.facts dt{color:var(--quiet)}
.facts dd{margin:0}
.verdict{background:var(--tint);border-top:2px solid var(--ink);border-bottom:1px solid var(--rule);
padding:.9rem 1.1rem;margin:0 0 1.4rem}
.verdict div{display:grid;grid-template-columns:5rem 1fr;margin:.45rem 0}
.verdict dt{color:var(--quiet);font-weight:bold;font-size:.9rem}
.verdict dd{margin:0}
.verdict div:first-child dd{font-weight:bold;font-size:1.1rem;line-height:1.4}
.terms dt{font-weight:bold;margin-top:.7rem}
.terms dd{margin:0}
figure{margin:1.4rem 0}
figcaption,caption{font-weight:bold;font-size:.92rem;text-align:left;margin-bottom:.35rem;caption-side:top}
svg{display:block;width:100%;height:auto;max-width:60rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.84rem;line-height:1.35;
font-variant-numeric:lining-nums tabular-nums}
thead th{border-top:1.5px solid var(--ink);border-bottom:1.5px solid var(--ink);vertical-align:bottom;font-size:.78rem}
th,td{padding:.26rem .45rem;border-bottom:1px solid var(--rule);text-align:left;vertical-align:top}
.right{text-align:right}
.unit{display:block;font-weight:normal;color:var(--quiet)}
.group th{background:var(--tint)}
.total td{font-weight:bold;border-top:1px solid var(--quiet)}
.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}.quiet{color:var(--quiet)}.strong{font-weight:bold}
.code{font-family:"DejaVu Sans Mono",Consolas,monospace;font-size:.68rem;overflow-wrap:anywhere}
p.warning{border-left:3px solid var(--warn);padding-left:.7rem;color:var(--ink)}
p.note,.source{font-size:.82rem;color:var(--quiet)}
.source{margin:.35rem 0 0}
p.missing{font-style:italic;color:var(--bad)}
.caveat{font-style:italic}
footer{margin-top:3rem;padding-top:.6rem;border-top:1px solid var(--rule);font-size:.8rem;color:var(--quiet)}
@media (max-width:60rem){body{display:block}nav{position:static;height:auto;border-right:0;
border-bottom:1px solid var(--rule)}
main{padding:1.2rem 1rem 3rem}}
@media print{body{display:block}nav{display:none}main{max-width:none;padding:0}figure,.verdict{break-inside:avoid}
figure.table{break-inside:auto}}
"""
