"""A small MATPOWER case that holds one of everything, as text."""

from __future__ import annotations

from pathlib import Path

CASE = """\
function mpc = five
%FIVE  Five buses, one of everything: Type [MW], it's a "comment" with {brackets}
mpc.version = '2';
mpc.baseMVA = 100;

%	bus_i	type	Pd	Qd	Gs	Bs	area	Vm	Va	baseKV	zone	Vmax	Vmin
mpc.bus = [
	1	3	0	0	0	0	1	1.02	0	230	1	1.1	0.9;
	2	2	300.5	98.61	0	0	1	1	-1.5	230	1	1.1	0.9;  % a load
	3	1	0	-5	1.5	40	2	1	0	230	2	1.05	0.95
	10	1	400	131.47	0	0	2	1	0	110	2	1.1	0.9;
	5	4	0	0	0	-3	1	1	0	110	1	1.1	0.9;
];
mpc.gen = [
	1	40	0	30	-30	1.02	100	1	40	0	0	0	0	0	0	0	0	0	0	0	0;
	1	170	0	127.5	-127.5	1.02	100	1	170	0	0	0	0	0	0	0	0	0	0	0	0;
	2	323.49	0	Inf	-Inf	1	250	0	520	10	0	0	0	0	0	0	0	5	0	0	0;
	3	-20	0	0	0	1	100	2	0	-50	0	0	0	0	0	0	0	0	0	0	0.3;
];
mpc.branch = [
	1	2	0.00281	0.0281	0.00712	400	420	440	0	0	1	-360	360;
	1	2	0.00304	0.0304	0.00658	0	0	0	0	0	0	0	0;
	2	3	0.00064	0.0064	0.03126	100	0	0	1	0	1	-30	360;
	3	10	0.00108	0.0108	0.01852	240	240	240	0	0	1	-30	30;
	10	3	0.00297	0.0297	0.00674	240	240	240	0.975	-5	1	0	10;
];
mpc.gencost = [
	2	1500	200	3	0.01	14	100	0;
	1	0	0	2	0	0	170	2550;
	2	0	0	1	7	0	0	0;
	2	0	0	0	0	0	0	0;
];
mpc.dcline = [
	2	10	1	10	8.9	3	0	1.01	0.99	1	100	-10	10	-20	20	1	0.01;
	3	1	0	0	0	0	0	1	1	-50	50	-Inf	Inf	-Inf	Inf	0	0;
];
mpc.bus_name = { 'North'; 'St. Mary''s'; 'a;b % c'; 'E'; '' };
mpc.gentype = {'CT'; 'CT'; 'ST'; 'WT'};
mpc.genfuel = {
	'ng';
	'ng';
	'coal';
	'wind';
};
mpc.gen_name = {
	'A1'; 'A2';
	'B';	'';
};
mpc.areas = [
	1	1;
	2	3;
];
mpc.reserves.req = 60 * ones(2, 1);
"""


def written(folder: Path, text: str | bytes, name: str = "five.m") -> Path:
    """File with this text or these bytes."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def replaced(old: str, new: str) -> str:
    """The case with one thing changed, which must be there to change."""
    assert old in CASE
    return CASE.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    """Line in which a part of a text first stands, from 1."""
    return text[: text.index(part)].count("\n") + 1
