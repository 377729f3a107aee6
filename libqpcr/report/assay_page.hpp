// A definition as a page that a laboratory director reads and signs.
#pragma once
