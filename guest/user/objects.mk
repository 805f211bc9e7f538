# User programs: user/NAME.c becomes the image user/NAME, stripped, linked at 0.
# A new command is one file and one word here.
PROGRAMS := init sh cat echo grep kill ln ls mkdir rm wc zombie forktest stressfs poweroff free \
  micro space usertests httpd echod

ULIB := user/start.o user/usys.o user/string.o user/printf.o user/umalloc.o

MORE_user/sh := user/parse.o
MORE_user/space := user/space_exec.o
MORE_debug/starve := user/starve_calls.o
MORE_user/usertests := user/usertests_memory.o user/usertests_process.o user/usertests_file.o \
  user/usertests_hostile.o
MORE_user/httpd := user/httpd_connection.o user/httpd_page.o user/httpd_range.o \
  user/httpd_request.o user/httpd_response.o user/httpd_text.o

# Programs for tests alone: on no disk but a test's. user/NAME.c becomes the image debug/NAME.
DEBUG_PROGRAMS := starve sparse requests full
MORE_debug/requests := user/requests_made.o user/httpd_connection.o user/httpd_range.o \
  user/httpd_request.o user/httpd_response.o user/httpd_text.o
WRAP_debug/requests := read write close set_nonblocking

# $(1): the image's folder, $(2): the program
define user_program
IMAGES += $(1)/$(2)
OBJS_$(1)/$(2) := $$(ULIB) user/$(2).o $$(MORE_$(1)/$(2))
LDSCRIPT_$(1)/$(2) := user/user.ld
LDFLAGS_$(1)/$(2) := -Wl,-n -Wl,--gc-sections $$(WRAP_$(1)/$(2):%=-Wl,--wrap=%)
STRIP_$(1)/$(2) := all
endef
$(foreach program,$(PROGRAMS),$(eval $(call user_program,user,$(program))))
$(foreach program,$(DEBUG_PROGRAMS),$(eval $(call user_program,debug,$(program))))

$(BUILD)/user/%.o: CFLAGS += -ffunction-sections -fdata-sections
$(BUILD)/user/string.o: CFLAGS += $(STRINGFLAGS)
