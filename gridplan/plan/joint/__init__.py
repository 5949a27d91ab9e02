"""What several points of interconnection take together.

Sides found in one hour hold in all hours (``secure_set``); sizes they leave are proposed and tried (``capacity``);
two points have an area with corners (``polygon``).
"""
