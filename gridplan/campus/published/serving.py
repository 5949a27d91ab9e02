"""Published figures of inference: a prompt, a session, a day, a month, a picture, a clip.

Every row asks the same case where the publication names no other: ``large_moe`` on H100 at the reference year, the
shipped tokens, PUE 1.2. A published prompt is one call, as its repeats were counted as prompts, and none was answered
on a device.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridplan.campus.drivers.draws import Draws
from gridplan.campus.hardware import find_hardware
from gridplan.campus.language_models import find_language_model
from gridplan.campus.published.check import Case, Check, Model, Published, figure
from gridplan.campus.services import find_service
from gridplan.campus.token_energy import REFERENCE_YEAR
from gridplan.campus.workloads.inference import InferenceSpec, MixPart, energy_view_mw, j_per_call, mean_work

FloatArray = npt.NDArray[np.float64]

PUE = 1.2
_GEMINI_PUE = 1.09
_WH_PER_MWH, _J_PER_KJ = 1e6, 1e3
_H_PER_DAY, _H_PER_MONTH = 24.0, 730.5
_LONG_TOKENS = 15 * 300.0  # 15 times the shipped output of a chat call
_SERVED: dict[str, float] = {"serving.edge_offload_frac": 0.0, "serving.reprompt_probability": 0.0}
_SESSION: dict[str, float] = {
    "agent.calls_per_task": 60.0,
    "agent.input_tokens": 30_000.0,
    "agent.prefix_cache_frac": 0.7,
    "agent.output_tokens": 600.0,
}
_CASE = f"large_moe (size assumed) on h100, PUE {PUE:g}"

_GEMINI = "Google 2025, environmental impact of a Gemini prompt (arXiv 2508.15734)"
_OVIEDO = "Oviedo et al. 2025 (arXiv 2509.20241v1)"
_QUERY = Published(low=0.18, high=0.67, figure=0.34, decimals=2, words="0.34 (quartiles 0.18 to 0.67)", source=_OVIEDO,
                   year=2025)  # fmt: skip
_REVISED = "the revision of 2026 prints"
_COUCH = "Couch 2026, electricity use of AI coding agents: from token logs and energy per token, not metered"
_MEAN_OF_QUERIES = "the publication's mean query takes 2.4 times its median one; the base run is a median query"
_ML_ENERGY = "ML.ENERGY leaderboard 2026"


def _spec(service: str, model: str = "large_moe") -> InferenceSpec:
    found = find_service(service)
    is_tokens = found.measure == "tokens"
    return InferenceSpec(
        name=service,
        service=found,
        concurrent_users=1.0,
        hardware=find_hardware("h100"),
        mix=(MixPart(model=find_language_model(model), share=1.0),) if is_tokens else (),
        token_interval_ms=found.token_interval_ms,
        movable=found.movable,
        shape_local="flat",
        shape_global="flat",
    )


def task_wh(service: str, draws: Draws, pue: float = PUE, model: str = "large_moe") -> FloatArray:
    """Energy of a task at the meter by the energy view, from users to MW, dims (scenario,) [Wh]."""
    tasks_per_h = mean_work(_spec(service, model), draws, REFERENCE_YEAR).tasks
    return np.asarray(user_mw(service, draws, REFERENCE_YEAR, model) * pue * _WH_PER_MWH / tasks_per_h)


def user_mw(service: str, draws: Draws, year: int, model: str = "large_moe") -> FloatArray:
    """Mean IT power of one concurrent user of a service by the energy view, dims (scenario,) [MW]."""
    return energy_view_mw(_spec(service, model), draws, year)


def _task(service: str, pue: float = PUE, model: str = "large_moe") -> Model:
    return lambda case: task_wh(service, case.draws, pue, model)


def _gwh_with_long_queries(case: Case) -> FloatArray:
    """GWh a day of 1e9 queries, a tenth of them long; the numbers of Wh a query and GWh a day are the same."""
    return 0.9 * task_wh("chat", case.draws) + 0.1 * task_wh("reasoning", case.draws)


def _mw_of_prompts(case: Case) -> FloatArray:
    """Mean MW of 2.5e9 prompts a day."""
    return task_wh("chat", case.draws) * 2.5e9 / _H_PER_DAY / _WH_PER_MWH


def _mw_of_tokens(case: Case) -> FloatArray:
    """Mean MW of 1.3e15 tokens a month, input tokens counted as output tokens are."""
    tokens = case.draws["chat.input_tokens"] + case.draws["chat.output_tokens"]
    return task_wh("chat", case.draws) / tokens * 1.3e15 / _H_PER_MONTH / _WH_PER_MWH


def _picture_kj(case: Case) -> FloatArray:
    """Accelerator energy of a picture [kJ]."""
    return j_per_call(_spec("image_generation"), case.draws, REFERENCE_YEAR) / _J_PER_KJ


def _prompt_of(model: str) -> Check:
    """The published query with a model the publication computed."""
    return Check(
        key=f"prompt_{model}",
        title=f"the same with {model}",
        unit="Wh",
        published=_QUERY,
        inputs=f"chat as shipped, {model} on h100, PUE {PUE:g}",
        model=_task("chat", model=model),
        given=_SERVED,
        note="the published median is over models and settings",
    )


PROMPTS: tuple[Check, ...] = (
    Check(
        key="prompt_gemini",
        title="median chat prompt, Gemini",
        unit="Wh",
        published=figure(0.24, 2, "0.24", _GEMINI, 2025),
        inputs=f"chat as shipped, large_moe (size assumed) on h100, PUE {_GEMINI_PUE:g} as published",
        model=_task("chat", _GEMINI_PUE),
        given=_SERVED,
        note="runs on accelerators of its own make; host and idle overheads of the model come from the same paper",
    ),
    Check(
        key="prompt_frontier",
        title="median chat query, more than 200e9 parameters",
        unit="Wh",
        published=_QUERY,
        inputs=f"chat as shipped, {_CASE}",
        model=_task("chat"),
        given=_SERVED,
        note=f"{_REVISED} 0.31 (0.16 to 0.60)",
    ),
    _prompt_of("deepseek_v3"),
    _prompt_of("llama_405b"),
    Check(
        key="query_long",
        title="long query, 15 times the tokens",
        unit="Wh",
        published=figure(4.32, 2, "4.32", _OVIEDO, 2025),
        inputs=f"reasoning with 15 x 300 output tokens, {_CASE}",
        model=_task("reasoning"),
        given=_SERVED | {"reasoning.output_tokens": _LONG_TOKENS},
        note=f"{_REVISED} 3.91 (2.15 to 7.05)",
    ),
    Check(
        key="reasoning_shipped",
        title="long query beside reasoning as shipped",
        unit="Wh",
        published=figure(4.32, 2, "4.32", _OVIEDO, 2025),
        inputs=f"reasoning as shipped (7,000 output tokens), {_CASE}",
        model=_task("reasoning"),
        given=_SERVED,
        note="the shipped answer is 23 times as long as that of a chat call",
    ),
    Check(
        key="agent_session",
        title="coding-agent session",
        unit="Wh",
        published=figure(41.0, 0, "41", _COUCH, 2026),
        inputs=f"agent with 60 calls, 30,000 tokens in, 70 % of them cached, 600 out, {_CASE}",
        model=_task("agent"),
        given=_SERVED | _SESSION,
        note="calls and tokens of a session are assumptions",
    ),
    Check(
        key="agent_shipped",
        title="coding-agent session beside an agent task as shipped",
        unit="Wh",
        published=figure(41.0, 0, "41", _COUCH, 2026),
        inputs=f"agent as shipped (15 calls, 12,000 tokens in, 343 out), {_CASE}",
        model=_task("agent"),
        given=_SERVED,
        incomparable="a session is many tasks",
    ),
    Check(
        key="image",
        title="picture of 1,024 x 1,024, accelerators alone",
        unit="kJ",
        published=Published(low=0.34, high=7.6, decimals=2, words="0.34 to 7.6", source=_ML_ENERGY, year=2026),
        inputs="image_generation as shipped",
        model=_picture_kj,
        given=_SERVED,
        is_input=True,
    ),
    Check(
        key="video",
        title="clip at the meter",
        unit="Wh",
        published=Published(low=13.0, high=590.0, decimals=0, words="13 to 590 (26 kJ to 1.16 MJ at accelerators)",
                            source=f"{_ML_ENERGY}; host, idle and PUE 1.15 added", year=2026),
        inputs=f"video_generation as shipped, PUE {PUE:g}",
        model=_task("video_generation"),
        given=_SERVED,
        is_input=True,
    ),
)  # fmt: skip

SERVICES: tuple[Check, ...] = (
    Check(
        key="queries_day",
        title="1e9 queries a day",
        unit="GWh/d",
        published=figure(0.8, 1, "0.8", _OVIEDO, 2025),
        inputs=f"1e9 chat tasks as shipped, {_CASE}",
        model=_task("chat"),
        given=_SERVED,
        note=_MEAN_OF_QUERIES,
    ),
    Check(
        key="queries_day_long",
        title="1e9 queries a day, a tenth of them long",
        unit="GWh/d",
        published=figure(1.8, 1, "1.8", _OVIEDO, 2025),
        inputs=f"0.9e9 chat tasks as shipped, 0.1e9 reasoning tasks of 4,500 output tokens, {_CASE}",
        model=_gwh_with_long_queries,
        given=_SERVED | {"reasoning.output_tokens": _LONG_TOKENS},
        note=_MEAN_OF_QUERIES,
    ),
    Check(
        key="chatgpt_mean",
        title="ChatGPT, 2.5e9 prompts a day, mean",
        unit="MW",
        published=Published(low=25.0, high=35.0, decimals=0, words="25 to 35 (0.24 to 0.34 Wh a prompt)",
                            source="OpenAI to Axios, July 2025: prompts; MW are that count times 0.24 and 0.34 Wh",
                            year=2025),
        inputs=f"2.5e9 chat tasks a day as shipped, {_CASE}",
        model=_mw_of_prompts,
        given=_SERVED,
        note="no power was published",
    ),
    Check(
        key="google_tokens",
        title="Google, 1.3e15 tokens a month, mean",
        unit="MW",
        published=Published(low=50.0, high=250.0, decimals=0, words="50 to 250 (0.1 to 0.5 J/token)",
                            source="Google, October 2025: tokens; J/token assumed", year=2025),
        inputs=f"energy of a chat task as shipped over its 1,450 tokens, {_CASE}",
        model=_mw_of_tokens,
        given=_SERVED,
        note="no power was published; small models answer part of these tokens, here a large one answers all",
    ),
)  # fmt: skip
