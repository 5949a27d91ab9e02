"""Parameters of services: what a user asks for in an hour, and what one answer takes in steps, tokens or joules."""

from __future__ import annotations

from gridplan.campus.drivers.parameter import Distribution, Parameter, Status

_AZURE_CHAT = "Azure LLM inference trace 2023, conversation: mean 1,155 in and 211 out (p90 2,735 and 424)"
_AZURE_CODE = "Azure LLM inference trace 2023, code: mean 2,048 in (p99 7,436) and 28 out (p99 251)"
_MOONCAKE = "Mooncake conversation trace 2024: mean 12,035 in (p90 27,367), 343 out (p50 350, p90 597)"
_ML_ENERGY = "ML.ENERGY leaderboard 2026"
_NOBODY = "no public measurement"
_USERS = "planner's input; 2.5e9 prompts a day of one service (Axios, July 2025) bound the product with users"

_Row = tuple[str, float, float, float, str, Distribution, str, Status, str]

_ROWS: tuple[_Row, ...] = (
    # key | P10 | mode | P90 | unit | distribution | source | status | meaning
    ("chat.requests_per_user_h", 6, 12, 24, "1/h", "lognormal", _USERS, "assumption", "requests of a user"),
    ("chat.calls_per_task", 1, 1, 1, "1", "fixed", "one answer a request", "choice", "model calls of one request"),
    ("chat.input_tokens", 600, 1150, 3000, "token", "lognormal", f"{_AZURE_CHAT}; {_MOONCAKE}", "measured",
     "input of one call"),
    ("chat.output_tokens", 150, 300, 700, "token", "lognormal", f"{_AZURE_CHAT}; {_ML_ENERGY}: 350 to 920", "measured",
     "output of one call"),
    ("chat.prefix_cache_frac", 0.0, 0.37, 0.7, "1", "triangular", "Mooncake 2024: 0.374 without limit", "measured",
     "input tokens found in the cache"),
    ("code.requests_per_user_h", 20, 40, 80, "1/h", "lognormal", _NOBODY, "assumption", "completions of a user"),
    ("code.calls_per_task", 1, 1, 1, "1", "fixed", "one completion a request", "choice", "model calls of one request"),
    ("code.input_tokens", 1500, 2050, 7500, "token", "lognormal", _AZURE_CODE, "measured", "input of one call"),
    ("code.output_tokens", 13, 28, 250, "token", "lognormal", _AZURE_CODE, "measured", "output of one call"),
    ("code.prefix_cache_frac", 0.0, 0.37, 0.7, "1", "triangular", "as chat; no measurement for code", "assumption",
     "input tokens found in the cache"),
    ("agent.requests_per_user_h", 1, 2, 4, "1/h", "lognormal", _NOBODY, "assumption", "tasks of one concurrent user"),
    ("agent.calls_per_task", 4, 15, 60, "1", "lognormal",
     "4 to 6 calls are typical; a coding session of 41 Wh takes about 60 (Couch 2026)", "literature", "steps a task"),
    ("agent.input_tokens", 5000, 12000, 40000, "token", "lognormal", _MOONCAKE, "measured", "input of one step"),
    ("agent.output_tokens", 150, 343, 600, "token", "lognormal", _MOONCAKE, "measured", "output of one step"),
    ("agent.prefix_cache_frac", 0.3, 0.6, 0.85, "1", "triangular",
     "steps repeat their context, so above the 0.374 of Mooncake; no measurement", "assumption",
     "input tokens found in the cache"),
    ("agent.traffic_factor", 1, 1, 1, "1", "fixed", "people alone; the panel names 1 to 1,000", "choice",
     "tasks with those that programs send by day and night, against the tasks of people"),
    ("reasoning.requests_per_user_h", 2, 4, 8, "1/h", "lognormal", _NOBODY, "assumption",
     "questions of one concurrent user"),
    ("reasoning.calls_per_task", 1, 1, 1, "1", "fixed", "one answer a request", "choice", "model calls of one request"),
    ("reasoning.input_tokens", 600, 1150, 3000, "token", "lognormal", f"as chat: {_AZURE_CHAT}", "measured",
     "input of one call"),
    ("reasoning.output_tokens", 1700, 7000, 11500, "token", "lognormal", f"{_ML_ENERGY}, gpqa: means by model",
     "measured", "output of one call, the thinking included"),
    ("reasoning.prefix_cache_frac", 0.0, 0.37, 0.7, "1", "triangular", "as chat", "assumption",
     "input tokens found in the cache"),
    ("image_understanding.requests_per_user_h", 3, 6, 12, "1/h", "lognormal", _NOBODY, "assumption",
     "requests of one concurrent user"),
    ("image_understanding.calls_per_task", 1, 1, 1, "1", "fixed", "one answer a request", "choice",
     "model calls of one request"),
    ("image_understanding.input_tokens", 800, 2000, 6000, "token", "lognormal",
     "a picture becomes some 300 to 3,000 tokens by size and model; no trace with tokens", "assumption",
     "input of one call, the picture's tokens included"),
    ("image_understanding.output_tokens", 150, 300, 700, "token", "lognormal", f"as chat: {_AZURE_CHAT}", "measured",
     "output of one call"),
    ("image_understanding.prefix_cache_frac", 0.0, 0.1, 0.4, "1", "triangular", "pictures seldom repeat", "assumption",
     "input tokens found in the cache"),
    ("image_generation.requests_per_user_h", 2, 6, 15, "1/h", "lognormal", _NOBODY, "assumption",
     "pictures one concurrent user asks for"),
    ("image_generation.calls_per_task", 1, 1, 1, "1", "fixed", "one picture a request", "choice", "pictures a request"),
    ("image_generation.item_j", 340, 1600, 7500, "J", "lognormal",
     f"{_ML_ENERGY}, text to image at 1,024 x 1,024: best of every model", "measured", "energy of a picture"),
    ("video_generation.requests_per_user_h", 0.5, 1, 3, "1/h", "lognormal", _NOBODY, "assumption",
     "clips one concurrent user asks for"),
    ("video_generation.calls_per_task", 1, 1, 1, "1", "fixed", "one clip a request", "choice", "clips a request"),
    ("video_generation.item_j", 26000, 290000, 1160000, "J", "lognormal",
     f"{_ML_ENERGY}, text to video: 26 kJ (2 B parameters, 480p) to 1.16 MJ (720p, 129 frames)", "measured",
     "energy of a clip at the accelerators"),
    ("batch.requests_per_user_h", 3600, 3600, 3600, "1/h", "fixed", "a pipeline that sends one document a second",
     "choice", "documents of one pipeline"),
    ("batch.calls_per_task", 1, 1, 1, "1", "fixed", "one call a document", "choice", "model calls of a document"),
    ("batch.input_tokens", 1000, 2000, 8000, "token", "lognormal", _NOBODY, "assumption", "input of one call"),
    ("batch.output_tokens", 100, 300, 1000, "token", "lognormal", _NOBODY, "assumption", "output of one call"),
    ("batch.prefix_cache_frac", 0.0, 0.2, 0.5, "1", "triangular", "shared instructions alone repeat", "assumption",
     "input tokens found in the cache"),
    ("science.requests_per_user_h", 0.5, 1, 3, "1/h", "lognormal", _NOBODY, "assumption",
     "analyses of one concurrent researcher"),
    ("science.calls_per_task", 4, 20, 80, "1", "lognormal", "as an agent that also reads papers; no measurement",
     "assumption", "steps of an analysis"),
    ("science.input_tokens", 5000, 12000, 40000, "token", "lognormal", f"as agents: {_MOONCAKE}", "assumption",
     "input of one step"),
    ("science.output_tokens", 300, 1000, 4000, "token", "lognormal", "between chat and reasoning", "assumption",
     "output of one step"),
    ("science.prefix_cache_frac", 0.3, 0.6, 0.85, "1", "triangular", "as agents", "assumption",
     "input tokens found in the cache"),
    ("physical.requests_per_user_h", 1800, 3600, 7200, "1/h", "lognormal", "about one decision a second", "assumption",
     "decisions of one robot or car that it does not take itself"),
    ("physical.calls_per_task", 1, 1, 1, "1", "fixed", "one call a decision", "choice", "model calls of a decision"),
    ("physical.input_tokens", 200, 500, 1500, "token", "lognormal", "one picture or scan, compressed", "assumption",
     "input of one call"),
    ("physical.output_tokens", 5, 20, 50, "token", "lognormal", "a short command", "assumption", "output of one call"),
    ("physical.prefix_cache_frac", 0.0, 0.1, 0.3, "1", "triangular", "scenes seldom repeat", "assumption",
     "input tokens found in the cache"),
)  # fmt: skip

_AT_MOST_ALL = "_frac"
_AT_LEAST_PEOPLE = "traffic_factor"

SERVICE: tuple[Parameter, ...] = tuple(
    Parameter(
        key=key,
        low=low,
        mode=mode,
        high=high,
        unit=unit,
        distribution=distribution,
        source=source,
        status=status,
        meaning=meaning,
        least=1.0 if key.endswith(_AT_LEAST_PEOPLE) else 0.0,
        most=1.0 if key.endswith(_AT_MOST_ALL) else float("inf"),
    )
    for key, low, mode, high, unit, distribution, source, status, meaning in _ROWS
)
