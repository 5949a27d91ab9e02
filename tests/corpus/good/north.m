function mpc = north
%NORTH  Six buses with everything a case can hold; sound in every respect.
mpc.version = '2';
mpc.baseMVA = 100;

%% bus data
%	bus_i	type	Pd	Qd	Gs	Bs	area	Vm	Va	baseKV	zone	Vmax	Vmin
mpc.bus = [
	1	3	0	0	0	0	1	1.02	0	138	1	1.05	0.95;
	2	2	80	20	0	0	1	1.01	-1	138	1	1.05	0.95;
	3	1	90	25	0	0	1	1	-2	138	1	1.05	0.95;
	4	2	60	10	0	0	1	1	-2	138	1	1.05	0.95;
	5	1	40	12	0	0	1	0.99	-4	69	1	1.05	0.95;
	6	1	30	8	0	5	1	0.99	-4	69	1	1.05	0.95;
];

%% generator data
%	bus	Pg	Qg	Qmax	Qmin	Vg	mBase	status	Pmax	Pmin
mpc.gen = [
	1	150	10	100	-100	1.02	100	1	250	20;
	2	80	5	60	-60	1.01	100	1	120	0;
	4	70	5	50	-50	1	100	1	100	10;
	4	0	0	50	-50	1	100	0	80	10;
];

%% branch data
%	fbus	tbus	r	x	b	rateA	rateB	rateC	ratio	angle	status	angmin	angmax
mpc.branch = [
	1	2	0.01	0.08	0.02	180	200	210	0	0	1	-60	60;
	2	3	0.012	0.09	0.022	170	190	200	0	0	1	-60	60;
	3	4	0.011	0.085	0.021	170	190	200	0	0	1	-60	60;
	4	1	0.013	0.095	0.024	160	180	190	0	0	1	-60	60;
	1	3	0.015	0.11	0.028	160	180	190	0	0	1	-60	60;
	3	5	0.002	0.12	0	90	100	110	0.98	-30	1	-60	60;
	4	6	0.002	0.12	0	90	100	110	1.02	-30	1	-60	60;
	5	6	0.03	0.14	0.004	60	66	70	0	0	1	-60	60;
	5	6	0.03	0.14	0.004	60	66	70	0	0	0	-60	60;
];

%% generator cost data
%	model	startup	shutdown	n	values
mpc.gencost = [
	2	500	0	3	0.01	20	100	0;
	2	300	0	2	32	50	0	0;
	1	0	0	2	0	0	100	2800;
	2	0	0	2	45	0	0	0;
];

%% dc line data
%	fbus	tbus	status	Pf	Pt	Qf	Qt	Vf	Vt	Pmin	Pmax	QminF	QmaxF	QminT	QmaxT	loss0	loss1
mpc.dcline = [
	1	4	1	20	19	0	0	1.01	1	0	50	-10	10	-10	10	0.5	0.02;
];

mpc.bus_name = {
	'Alder';
	'Birch';
	'Cedar';
	'Dogwood';
	'Elm';
	'Fir';
};
