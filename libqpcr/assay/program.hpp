// A definition compiled into indices and numbers, so that millions of samples can be decided without text.
#pragma once
