"""Findings on files and tables, whatever they hold."""

from __future__ import annotations

from gridplan.findings.kind import FindingKind

FILE_FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "GP-ENC-001",
        "Text that is not UTF-8",
        "error, warning",
        "UTF-16 is refused. Windows-1252 (Latin-1) is read with a warning where the format allows it. Byte-order "
        "marks and CRLF are accepted.",
        "Save the file as UTF-8.",
    ),
    FindingKind(
        "GP-ENC-002",
        "File that is none",
        "error, warning",
        "The file is missing, empty, cut off, binary, a folder, or of another kind than its name says; near file "
        "names are offered.",
        "Check the path, or copy the file again.",
    ),
    FindingKind(
        "GP-ENC-003",
        "File that is a program",
        "error",
        "A case file holds a statement that would have to be run. gridplan runs nothing.",
        "Run it in MATPOWER and save the result with savecase.",
    ),
    FindingKind(
        "GP-ENC-004",
        "Version that is not read",
        "error",
        "The file is of another version of its format.",
        "Save it in a version that is read.",
    ),
    FindingKind(
        "GP-ENC-005",
        "Table of the wrong shape",
        "error, warning",
        "A table is given twice, a row has more or fewer values than the others, or a table has too few columns. "
        "A name that looks like a slip of a known one is a warning.",
        "Correct the rows named; look for a decimal comma or a missing semicolon.",
    ),
    FindingKind(
        "GP-SIZ-001",
        "Too large",
        "error",
        "The file is above the limit of its kind: 256 MiB or less, 200,000 rows of a dataset's table, 110,000 hours, "
        "800,000 lines of an hourly CSV, 500,000 of a RAW, a study of 1 MiB or 50,000 values, a sweep of too many "
        "studies.",
        "Give a smaller file.",
    ),
    FindingKind(
        "GP-SEC-001",
        "Path out of the study folder",
        "error",
        "A study may name files in its own folder only: no absolute path, no `..`, no link that leads out. The same "
        "holds for the files of a dataset folder and for the cost file beside a RAW.",
        "Copy the file into the folder of the study.",
    ),
    FindingKind(
        "GP-NET-001",
        "No such network",
        "error",
        "A name is neither an embedded dataset nor a dataset folder nor a file whose ending is known.",
        "Use one of the names listed, or a file with a known ending.",
    ),
    FindingKind(
        "GP-NET-002",
        "dataset.json",
        "error",
        "A key of dataset.json is missing or of the wrong kind.",
        "Correct dataset.json.",
    ),
    FindingKind(
        "GP-TAB-001",
        "Column missing",
        "error",
        "A table lacks a column, or a netCDF file a variable, label or scenario.",
        "Add the column; near names are offered.",
    ),
    FindingKind(
        "GP-TAB-002",
        "Column twice",
        "error",
        "A table has two columns of one name, or a netCDF file one label in several variables.",
        "Keep one of them, or name its variable.",
    ),
    FindingKind(
        "GP-TAB-003",
        "Row of the wrong width",
        "error",
        "A row has more or fewer fields than the header, as where a decimal comma was written.",
        "Correct the row named.",
    ),
    FindingKind(
        "GP-CNV-001",
        "Change made for a run",
        "note",
        "A case that is handed over holds the campuses and reinforcements of a run; each change is listed.",
        "Nothing to do.",
    ),
    FindingKind(
        "GP-CNV-002",
        "Year or hour that was not studied",
        "error",
        "A conversion asks for a year or an hour that the run does not have, or for one where there is no run.",
        "Give one of those named.",
    ),
    FindingKind(
        "GP-CNV-003",
        "Element of a run that is not in the file",
        "error",
        "The file to change is not the one the run was made on.",
        "Give the file that the study was run on.",
    ),
    FindingKind(
        "GP-SEC-003",
        "Script in a file",
        "error",
        "A network file holds a script. gridplan runs nothing, and what it would change is unknown.",
        "Save the case itself, without scripts.",
    ),
    FindingKind(
        "GP-NET-003",
        "Device that is not carried",
        "error, warning",
        "A device that moves power is not read, as a FACTS device or a VSC line: with its MW where they are "
        "known. An error where the case would be another without it.",
        "Save the case in a format that is read in full, or model the device as load and generation.",
    ),
    FindingKind(
        "GP-NET-004",
        "Library missing",
        "error",
        "The library that reads the format is not installed.",
        "Install it as told.",
    ),
    FindingKind(
        "GP-NET-005",
        "Two readings differ",
        "error",
        "Two independent readings of the file do not find the same rows or numbers.",
        "Save the case as PSS/E RAW.",
    ),
    FindingKind(
        "GP-SEC-002",
        "Content that is never read",
        "error",
        "The file names types outside the list that is read, holds documents inside each other, leads to other "
        "files, or could run code.",
        "Save it again without them, from the program it belongs to.",
    ),
    FindingKind(
        "GP-NET-006",
        "Options of a power flow",
        "note",
        "Options that the file states for its power flow are used where they change the model.",
        "Nothing to do.",
    ),
    FindingKind(
        "GP-TAB-004",
        "No column of values",
        "error",
        "An hourly file has no column of values, several where one is meant, or its fields are parted by "
        "something else than commas.",
        "Part the fields with commas, and name the column.",
    ),
    FindingKind(
        "GP-XLS-001",
        "What a workbook hides",
        "error, warning",
        "Dates as serial numbers, merged or numeric headers, formulas without a stored value, hidden sheets, "
        "macros, old formats.",
        "Save it as .csv, or as .xlsx anew.",
    ),
)
