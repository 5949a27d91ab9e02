"""Findings on contingency files."""

from __future__ import annotations

from gridplan.findings.kind import FindingKind

CONTINGENCY_FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "GP-CON-001",
        "Unknown element of a contingency",
        "error",
        "A contingency names an element that the network does not have; near names or the circuits there are offered.",
        "Use an id of the network.",
    ),
    FindingKind(
        "GP-CON-002",
        "Element that may be several",
        "error",
        "A name in a contingency means several elements.",
        "Name the circuit, or the id of one of them.",
    ),
    FindingKind(
        "GP-CON-003",
        "Contingency twice",
        "error",
        "Two contingencies have one name and lose different elements.",
        "Give each a name of its own.",
    ),
    FindingKind(
        "GP-CON-004",
        "Contingency that loses nothing",
        "error",
        "A contingency, a file or an automatic command holds no element, or a row names no contingency.",
        "Name what is lost, or delete it.",
    ),
    FindingKind(
        "GP-CON-005",
        "Line that is not understood",
        "error, warning",
        "A line of a contingency file is not understood, or an END or a quote is missing. A missing END of the "
        "whole file is a warning.",
        "Correct the line named.",
    ),
    FindingKind(
        "GP-CON-006",
        "Category",
        "error",
        "The category is none of TPL-001, or missing where several elements are lost.",
        "Write a category such as P7 or P2.3.",
    ),
    FindingKind(
        "GP-CON-007",
        "Rating or permission",
        "error",
        "The rating or the permission to lose load is no word that is read.",
        "Write one of the words listed, or leave it empty.",
    ),
    FindingKind(
        "GP-CON-008",
        "Elements that are not there",
        "warning",
        "Elements of a contingency are out of service or cut off in the studied network.",
        "Check that this is meant.",
    ),
    FindingKind(
        "GP-CON-009",
        "Name of a contingency",
        "error",
        "The name is too long, or that of an element of the network.",
        "Give it another name.",
    ),
    FindingKind(
        "GP-CON-010",
        "Rows that contradict",
        "error",
        "Rows of one contingency state different things.",
        "State them the same in every row, or once.",
    ),
    FindingKind(
        "GP-CON-011",
        "Kind of element",
        "error",
        "The kind of element is none of those that are read.",
        "Write one of the words listed.",
    ),
    FindingKind(
        "GP-CON-012",
        "Column that means nothing",
        "warning",
        "A column of a contingency table is not read.",
        "Delete it, or correct its name.",
    ),
    FindingKind(
        "GP-CON-013",
        "Two that are one",
        "warning",
        "Two contingencies lose the same; one of them is studied.",
        "Delete one of them.",
    ),
    FindingKind(
        "GP-CON-014",
        "No contingency file",
        "error",
        "The ending is that of no contingency file.",
        "Give a .csv or .con file.",
    ),
    FindingKind(
        "GP-CON-015",
        "Studied as one event",
        "warning",
        "A category with a system adjustment between two outages is studied as one event, which is stricter.",
        "Read it as stricter than the category.",
    ),
    FindingKind(
        "GP-CON-016",
        "Element twice",
        "warning",
        "A contingency names an element twice.",
        "Delete one of the rows.",
    ),
    FindingKind(
        "GP-CON-017",
        "Text after the end",
        "warning",
        "Text after the END of the file is not read.",
        "Delete it, or the END before it.",
    ),
    FindingKind(
        "GP-CON-018",
        "Command that is not studied",
        "error",
        "A PSS/E command means something gridplan does not study; none is skipped.",
        "Write what is lost by one of the forms that are read.",
    ),
    FindingKind(
        "GP-CON-019",
        "No contingencies of the dataset",
        "error",
        "The study asks for the contingency table of its dataset, which has none.",
        "Write false, or list files.",
    ),
    FindingKind(
        "GP-CON-020",
        "Sets and no outages",
        "warning",
        "Contingency files are named, and the study is n-0.",
        "Write n-1, or delete the files.",
    ),
)
