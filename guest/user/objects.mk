# User programs: user/NAME.c becomes the image user/NAME, stripped, linked at 0.
# A new command is one file and one word here.
PROGRAMS := init sh cat echo grep kill ln ls mkdir rm wc zombie forktest stressfs poweroff free \
  micro space usertests httpd echod

ULIB := user/start.o user/usys.o user/string.o user/printf.o user/umalloc.o

MORE_user/sh := user/parse.o
MORE_user/space := user/space_exec.o
MORE_user/usertests := user/usertests_memory.o user/usertests_process.o user/usertests_file.o \
  user/usertests_hostile.o
MORE_user/httpd := user/httpd_connection.o user/httpd_page.o user/httpd_request.o \
  user/httpd_response.o user/httpd_text.o

define user_program
IMAGES += user/$(1)
OBJS_user/$(1) := $$(ULIB) user/$(1).o $$(MORE_user/$(1))
LDSCRIPT_user/$(1) := user/user.ld
LDFLAGS_user/$(1) := -Wl,-n -Wl,--gc-sections
STRIP_user/$(1) := all
endef
$(foreach program,$(PROGRAMS),$(eval $(call user_program,$(program))))

$(BUILD)/user/%.o: CFLAGS += -ffunction-sections -fdata-sections
$(BUILD)/user/string.o: CFLAGS += $(STRINGFLAGS)
