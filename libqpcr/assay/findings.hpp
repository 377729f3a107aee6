// Everything that is wrong or odd in a definition, each with its place and reason.
#pragma once
