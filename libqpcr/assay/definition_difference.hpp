// What changed between two versions of a definition, in words and in calls.
#pragma once
