// What the checks of a definition share.
#pragma once
