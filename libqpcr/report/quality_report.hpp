// Levey–Jennings charts, records of loss of control and monthly summaries.
#pragma once
