// Boost.JSON's compiled half. Debian ships only its headers.
#include <boost/json/src.hpp>
