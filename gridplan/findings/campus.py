"""Findings about the load of campuses: shapes, meters, driver packs and what they come to."""

from __future__ import annotations

from gridplan.findings.kind import FindingKind

CAMPUS_FINDINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "GP-CAM-001",
        "Unknown day shape",
        "error",
        "A campus names a shape that does not exist.",
        "Use one of the shapes listed.",
    ),
    FindingKind(
        "GP-CAM-002",
        "Peaks clipped",
        "note",
        "The workload model exceeds the contract in some hours and is clipped to it.",
        "Lower load_factor, or choose a flatter shape.",
    ),
    FindingKind(
        "GP-CAM-003",
        "Measured profile and contract",
        "error, warning, note",
        "A measured profile reaches above the contract, or a class above its share of it; or it is cut at that, or "
        "scaled to it; or its class has no share.",
        "Say how it is scaled, or change the contract or the shares.",
    ),
    FindingKind(
        "GP-CAM-004",
        "Unknown campus",
        "error",
        "`gridplan hosting --shape` names a campus that the study does not have.",
        "Name one of the campuses of the study.",
    ),
    FindingKind(
        "GP-CAM-005",
        "Failover",
        "error, note",
        "Failover leads to no other campus of the study (error), or raises nothing in any hour of a studied year"
        " (note): one of the two is not connected, or the campus that takes over draws all it is connected with, as"
        " every campus does under `load_basis: contract`.",
        "Name another campus; for an effect, study `load_basis: modelled`.",
    ),
    FindingKind(
        "GP-CAM-010",
        "Unknown hardware",
        "error",
        "A workload names an accelerator that is not in the table of servers.",
        "Use one of the names listed.",
    ),
    FindingKind(
        "GP-CAM-011",
        "Unknown service",
        "error",
        "A driver pack names a service that does not exist.",
        "Use one of the services listed.",
    ),
    FindingKind(
        "GP-CAM-012",
        "Unknown language model",
        "error",
        "A driver pack names a language model that does not exist.",
        "Use one of the models listed.",
    ),
    FindingKind(
        "GP-CAM-013",
        "Unknown parameter",
        "error",
        "A driver pack sets a parameter of the load model that does not exist.",
        "Use a key of the table in docs/load-model.md.",
    ),
    FindingKind(
        "GP-CAM-014",
        "Parameter out of range",
        "error",
        "A parameter of a driver pack lies outside its physical bounds, or its P10, mode and P90 do not ascend.",
        "Correct the value; shares run from 0 to 1.",
    ),
    FindingKind(
        "GP-CAM-015",
        "Unknown driver pack",
        "error",
        "A campus names a preset that does not exist.",
        "Use one of the presets listed, or give a pack of your own with `pack:`.",
    ),
    FindingKind(
        "GP-CAM-016",
        "Models of a pack",
        "error",
        "The shares of the language models of a kind do not sum to 1, or a service of tokens has no model.",
        "Change the shares.",
    ),
    FindingKind(
        "GP-CAM-017",
        "Load model and contract",
        "error, warning, note",
        "The modelled load of a campus is scaled to its contract, cut at it, or lies above it.",
        "Say how it is scaled, or change the contract or the users.",
    ),
    FindingKind(
        "GP-CAM-018",
        "Nothing to profile",
        "error",
        "`gridplan profile` is asked for campuses or years without a driver pack.",
        "Give a campus a preset, or ask for another year.",
    ),
    FindingKind(
        "GP-CAM-019",
        "Workloads of a driver pack",
        "error",
        "Two workloads of a driver pack have one label, or the pack holds no workload at all.",
        "Give every workload a name of its own.",
    ),
    FindingKind(
        "GP-CAM-021",
        "Unknown climate",
        "error",
        "A campus names a place whose temperatures are not in the table of climates.",
        "Use one of the places listed, or give a file in `series.temperature`.",
    ),
    FindingKind(
        "GP-CAM-022",
        "No temperature",
        "warning",
        "Cooling of a campus is modelled without a file of temperatures and without a climate: 25 degC in every hour, "
        "so that the load does not rise on hot afternoons.",
        "Give a file in `series.temperature`, or name a `climate`.",
    ),
    FindingKind(
        "GP-CAM-023",
        "No temperature of a region",
        "error",
        "`series.temperature` has no column for the area or zone where a campus connects.",
        "Add the column, or give one column for the whole system.",
    ),
)
